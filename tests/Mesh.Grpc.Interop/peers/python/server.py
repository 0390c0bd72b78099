"""The server of gRPC's interoperability cases on grpcio. It does not see whether a request came compressed: the library
shows neither the flag nor the header."""

import os
import sys
import threading
import time
from concurrent import futures

import grpc

from service import Messages, PACKAGE, STREAMS, flags

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"
MAX_AGE_S = 60
CODES = {code.value[0]: code for code in grpc.StatusCode}


class Handlers:
    """The methods of TestService."""

    def __init__(self, messages):
        self.messages = messages
        self.cache = {}

    def EmptyCall(self, request, context):
        echo(context)
        return self.messages.Empty()

    def UnaryCall(self, request, context):
        compress = request.response_compressed.value
        if compress:
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        fail(context, request)
        return self.messages.SimpleResponse(payload=self.zeros(request.response_size))

    def CacheableUnaryCall(self, request, context):
        """The server stands in for the caching proxy: no library here sends a GET."""
        key = request.SerializeToString(deterministic=True)
        now = time.time_ns()
        body, until = self.cache.get(key, (None, 0))
        if until <= now:
            body, until = str(now).encode(), now + MAX_AGE_S * 1_000_000_000
            self.cache[key] = body, until
        context.send_initial_metadata((("cache-control", f"max-age={MAX_AGE_S}, public"),))
        return self.messages.SimpleResponse(payload=self.messages.Payload(body=body))

    def StreamingOutputCall(self, request, context):
        if any(wanted.compressed.value for wanted in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        fail(context, request)
        yield from self.answers(request, context)

    def StreamingInputCall(self, requests, context):
        echo(context)
        size = sum(len(request.payload.body) for request in requests)
        return self.messages.StreamingInputCallResponse(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo(context)
        for request in requests:
            fail(context, request)
            yield from self.answers(request, context)

    def HalfDuplexCall(self, requests, context):
        echo(context)
        for request in list(requests):
            fail(context, request)
            yield from self.answers(request, context)

    def answers(self, request, context):
        for wanted in request.response_parameters:
            if wanted.interval_us > 0:
                time.sleep(wanted.interval_us / 1e6)
            if not wanted.compressed.value:
                context.disable_next_message_compression()
            yield self.messages.StreamingOutputCallResponse(payload=self.zeros(wanted.size))

    def zeros(self, size):
        return self.messages.Payload(body=bytes(size))


def echo(context):
    metadata = context.invocation_metadata()
    context.set_trailing_metadata(tuple((k, v) for k, v in metadata if k == TRAILING))
    context.send_initial_metadata(tuple((k, v) for k, v in metadata if k == INITIAL))


def fail(context, request):
    if request.response_status.code:
        context.abort(CODES[request.response_status.code], request.response_status.message)


def rpc_handlers(messages):
    handlers = Handlers(messages)
    makers = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }
    for _, method, request, _ in messages.methods("TestService"):
        handler = getattr(handlers, method.name, None)
        if handler:
            make = makers[STREAMS.get(method.name, (False, False))]
            yield method.name, make(handler, request.FromString, lambda message: message.SerializeToString())


def main():
    given = flags("--port", "--descriptors", "--use_tls")
    messages = Messages(given["--descriptors"])
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    handlers = dict(rpc_handlers(messages))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(PACKAGE + "TestService", handlers),))
    port = given.get("--port", "0")
    bound = server.add_insecure_port(f"{'127.0.0.1' if port == '0' else '[::]'}:{port}")
    server.start()
    print(f"listening on port {bound}", flush=True)
    if os.environ.get("END_WITH_INPUT"):
        # Whoever started it may have died without a word: its end of the pipe closes then.
        sys.stdin.read()
        server.stop(0)
    else:
        threading.Event().wait()


main()
