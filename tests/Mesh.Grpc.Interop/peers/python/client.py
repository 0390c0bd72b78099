"""The client of gRPC's interoperability cases on grpcio. The library does not show the compressed flag of a response:
the cases about it assert the contents."""

import queue
import sys
import time

import grpc

from service import Messages, STREAMS, flags

LARGE_REQUEST = 271828
LARGE_RESPONSE = 314159
REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
PATIENCE_S = 30
INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"


class Stub:
    """The methods of a service on a channel."""

    def __init__(self, channel, messages, service):
        makers = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
            (True, True): channel.stream_stream,
        }
        for path, method, _, response in messages.methods(service):
            make = makers[STREAMS.get(method.name, (False, False))]
            serialize = lambda message: message.SerializeToString()
            setattr(self, method.name, make(path, serialize, response.FromString))


class Pipe:
    """Requests that are written one by one."""

    def __init__(self):
        self._queue = queue.Queue()

    def write(self, request):
        self._queue.put(request)

    def close(self):
        self._queue.put(None)

    def __iter__(self):
        return iter(self._queue.get, None)


def equal(expected, actual, what):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, came {actual!r}")


def zeros(size, payload, what):
    if payload.body != bytes(size):
        raise AssertionError(f"{what}: expected {size} zeros, came {len(payload.body)} bytes")


def status_of(call, what):
    """The status of a call that must fail."""
    try:
        call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError(f"{what}: the call succeeded")


class Cases:
    """Each method without an underscore is a case."""

    def __init__(self, messages, stub, unimplemented):
        self._m = messages
        self._stub = stub
        self._unimplemented = unimplemented

    def _payload(self, size):
        return self._m.Payload(body=bytes(size))

    def _bool(self, value):
        return self._m.BoolValue(value=value)

    def _large(self, **more):
        return self._m.SimpleRequest(response_size=LARGE_RESPONSE, payload=self._payload(LARGE_REQUEST), **more)

    def _unary(self, request, **options):
        response = self._stub.UnaryCall(request, timeout=PATIENCE_S, **options)
        zeros(LARGE_RESPONSE, response.payload, "response")

    def _asking(self, response_size, request_size):
        return self._m.StreamingOutputCallRequest(
            response_parameters=[self._m.ResponseParameters(size=response_size)], payload=self._payload(request_size)
        )

    def _all_zeros(self, sizes, responses):
        equal(sizes, [len(response.payload.body) for response in responses], "sizes of the responses")
        for size, response in zip(sizes, responses):
            zeros(size, response.payload, "response")

    def empty_unary(self):
        equal(self._m.Empty(), self._stub.EmptyCall(self._m.Empty(), timeout=PATIENCE_S), "response")

    def cacheable_unary(self):
        """By POST: the library knows no GET."""
        request = self._m.SimpleRequest(payload=self._m.Payload(body=str(time.time_ns()).encode()))
        first, second = (
            self._stub.CacheableUnaryCall(request, metadata=(("x-user-ip", "1.2.3.4"),), timeout=PATIENCE_S)
            for _ in range(2)
        )
        equal(first.payload.body, second.payload.body, "second response")

    def large_unary(self):
        self._unary(self._large())

    def client_compressed_unary(self):
        lie = self._large(expect_compressed=self._bool(True))
        code, _ = status_of(lambda: self._stub.UnaryCall(lie, timeout=PATIENCE_S), "the probe")
        equal(grpc.StatusCode.INVALID_ARGUMENT, code, "the probe")
        self._unary(lie, compression=grpc.Compression.Gzip)
        self._unary(self._large(expect_compressed=self._bool(False)))

    def server_compressed_unary(self):
        for value in (True, False):
            self._unary(self._large(response_compressed=self._bool(value)))

    def client_streaming(self):
        requests = (self._m.StreamingInputCallRequest(payload=self._payload(size)) for size in REQUEST_SIZES)
        response = self._stub.StreamingInputCall(requests, timeout=PATIENCE_S)
        equal(74922, response.aggregated_payload_size, "aggregated_payload_size")

    def server_streaming(self):
        parameters = [self._m.ResponseParameters(size=size) for size in RESPONSE_SIZES]
        request = self._m.StreamingOutputCallRequest(response_parameters=parameters)
        self._all_zeros(RESPONSE_SIZES, list(self._stub.StreamingOutputCall(request, timeout=PATIENCE_S)))

    def server_compressed_streaming(self):
        sizes = [31415, 92653]
        parameters = [
            self._m.ResponseParameters(compressed=self._bool(value), size=size)
            for value, size in zip((True, False), sizes)
        ]
        request = self._m.StreamingOutputCallRequest(response_parameters=parameters)
        self._all_zeros(sizes, list(self._stub.StreamingOutputCall(request, timeout=PATIENCE_S)))

    def ping_pong(self):
        pipe = Pipe()
        call = self._stub.FullDuplexCall(iter(pipe), timeout=PATIENCE_S)
        responses = []
        for response_size, request_size in zip(RESPONSE_SIZES, REQUEST_SIZES):
            pipe.write(self._asking(response_size, request_size))
            responses.append(next(call))
        pipe.close()
        responses += list(call)
        self._all_zeros(RESPONSE_SIZES, responses)
        equal(grpc.StatusCode.OK, call.code(), "status")

    def empty_stream(self):
        call = self._stub.FullDuplexCall(iter(()), timeout=PATIENCE_S)
        equal([], list(call), "responses")
        equal(grpc.StatusCode.OK, call.code(), "status")

    def custom_metadata(self):
        metadata = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))
        response, unary = self._stub.UnaryCall.with_call(self._large(), metadata=metadata, timeout=PATIENCE_S)
        zeros(LARGE_RESPONSE, response.payload, "response")
        requests = [self._asking(LARGE_RESPONSE, LARGE_REQUEST)]
        duplex = self._stub.FullDuplexCall(iter(requests), metadata=metadata, timeout=PATIENCE_S)
        self._all_zeros([LARGE_RESPONSE], list(duplex))
        for call in unary, duplex:
            equal("test_initial_metadata_value", dict(call.initial_metadata()).get(INITIAL), INITIAL)
            equal(b"\xab\xab\xab", dict(call.trailing_metadata()).get(TRAILING), TRAILING)

    def status_code_and_message(self):
        message = "test status message"
        wanted = self._m.EchoStatus(code=2, message=message)
        request = self._m.SimpleRequest(response_status=wanted)
        unary = status_of(lambda: self._stub.UnaryCall(request, timeout=PATIENCE_S), "UnaryCall")
        equal((grpc.StatusCode.UNKNOWN, message), unary, "UnaryCall")
        requests = [self._m.StreamingOutputCallRequest(response_status=wanted)]
        call = self._stub.FullDuplexCall(iter(requests), timeout=PATIENCE_S)
        duplex = status_of(lambda: list(call), "FullDuplexCall")
        equal((grpc.StatusCode.UNKNOWN, message), duplex, "FullDuplexCall")

    def special_status_message(self):
        message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        request = self._m.SimpleRequest(response_status=self._m.EchoStatus(code=2, message=message))
        status = status_of(lambda: self._stub.UnaryCall(request, timeout=PATIENCE_S), "UnaryCall")
        equal((grpc.StatusCode.UNKNOWN, message), status, "status")

    def unimplemented_method(self):
        call = lambda: self._stub.UnimplementedCall(self._m.Empty(), timeout=PATIENCE_S)
        equal(grpc.StatusCode.UNIMPLEMENTED, status_of(call, "UnimplementedCall")[0], "status")

    def unimplemented_service(self):
        call = lambda: self._unimplemented.UnimplementedCall(self._m.Empty(), timeout=PATIENCE_S)
        equal(grpc.StatusCode.UNIMPLEMENTED, status_of(call, "UnimplementedCall")[0], "status")

    def cancel_after_begin(self):
        pipe = Pipe()
        call = self._stub.StreamingInputCall.future(iter(pipe), timeout=PATIENCE_S)
        call.cancel()
        pipe.close()
        equal(True, call.cancelled(), "cancelled")
        equal(grpc.StatusCode.CANCELLED, call.code(), "status")

    def cancel_after_first_response(self):
        pipe = Pipe()
        call = self._stub.FullDuplexCall(iter(pipe), timeout=PATIENCE_S)
        pipe.write(self._asking(31415, 27182))
        self._all_zeros([31415], [next(call)])
        call.cancel()
        pipe.close()
        equal(grpc.StatusCode.CANCELLED, status_of(lambda: next(call), "FullDuplexCall")[0], "status")

    def timeout_on_sleeping_server(self):
        pipe = Pipe()
        pipe.write(self._m.StreamingOutputCallRequest(payload=self._payload(27182)))
        call = self._stub.FullDuplexCall(iter(pipe), timeout=0.001)
        code, _ = status_of(lambda: next(call), "FullDuplexCall")
        pipe.close()
        equal(grpc.StatusCode.DEADLINE_EXCEEDED, code, "status")


def main():
    given = flags("--server_host", "--server_port", "--test_case", "--descriptors", "--use_tls")
    messages = Messages(given["--descriptors"])
    failed = False
    with grpc.insecure_channel(f"{given.get('--server_host', 'localhost')}:{given['--server_port']}") as channel:
        cases = Cases(
            messages, Stub(channel, messages, "TestService"), Stub(channel, messages, "UnimplementedService"))
        known = [name for name in vars(Cases) if not name.startswith("_")]
        for name in known if given["--test_case"] == "all" else given["--test_case"].split(","):
            try:
                equal(True, name in known, f"{name} is a case")
                getattr(cases, name)()
                print(f"PASS {name}", flush=True)
            except (AssertionError, grpc.RpcError, StopIteration) as error:
                failed = True
                print(f"FAIL {name} {' '.join(str(error).split())}", flush=True)
    sys.exit(1 if failed else 0)


main()
