// The client of gRPC's interoperability cases on @grpc/grpc-js. The library does not show the compressed flag of a
// response: the cases about it assert the contents.
'use strict';

const assert = require('assert');
const { grpc, TestService, UnimplementedService, flags, zeros } = require('./service');

const NO_COMPRESS = 2;
const GZIP = 2;
const LARGE_REQUEST = 271828;
const LARGE_RESPONSE = 314159;
const REQUEST_SIZES = [27182, 8, 1828, 45904];
const RESPONSE_SIZES = [31415, 9, 2653, 58979];
const PATIENCE_MS = 30000;
const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';

// Each message is compressed on a channel that compresses, unless this says that it is not.
const plain = (decides) => ({
  interceptors: [(options, next) => new (class extends grpc.InterceptingCall {
    sendMessageWithContext(context, message) {
      super.sendMessageWithContext(decides(message) ? { ...context, flags: NO_COMPRESS } : context, message);
    }
  })(next(options))],
});

const asItSays = plain((message) => !message.expect_compressed.value);
const never = plain(() => true);

// A call with its response and all that came around it; a status other than OK is told, not thrown.
function unary(client, method, request, { metadata = new grpc.Metadata(), options = {} } = {}) {
  return new Promise((resolve) => {
    const result = {};
    const call = client[method](request, metadata, options, (error, response) => Object.assign(result, { error, response }));
    call.on('metadata', (headers) => { result.headers = headers; });
    call.on('status', (status) => resolve(Object.assign(result, { status })));
  });
}

// Follows a stream of responses to its end.
function follow(call, onResponse = () => {}) {
  const result = { responses: [] };
  return new Promise((resolve) => {
    call.on('metadata', (headers) => { result.headers = headers; });
    call.on('data', (response) => {
      result.responses.push(response);
      onResponse(result.responses.length);
    });
    call.on('error', () => {}); // Told by the status.
    call.on('status', (status) => resolve(Object.assign(result, { status })));
  });
}

function clientStream(client, options = {}) {
  let call;
  const done = new Promise((resolve) => {
    const result = {};
    call = client.StreamingInputCall(new grpc.Metadata(), options, (error, response) => { result.response = response; });
    call.on('error', () => {});
    call.on('status', (status) => resolve(Object.assign(result, { status })));
  });
  return { call, done };
}

function ok(result) {
  assert.strictEqual(result.status.code, grpc.status.OK, `status ${result.status.code}: ${result.status.details}`);
  return result;
}

function isZeros(payload, size) {
  assert.ok(payload, 'the response has no payload');
  assert.ok(payload.body.equals(zeros(size)), `expected ${size} zeros, came ${payload.body.length} bytes`);
}

function allZeros(responses, sizes) {
  assert.deepStrictEqual(responses.map((r) => r.payload.body.length), sizes);
  responses.forEach((response, i) => isZeros(response.payload, sizes[i]));
}

const large = (more = {}) => ({ response_size: LARGE_RESPONSE, payload: { body: zeros(LARGE_REQUEST) }, ...more });

async function status(expectedMessage, client, both) {
  const response_status = { code: grpc.status.UNKNOWN, message: expectedMessage };
  const one = await unary(client, 'UnaryCall', { response_status });
  const results = [one];
  if (both) {
    const call = client.FullDuplexCall();
    const result = follow(call);
    call.write({ response_status });
    call.end();
    results.push(await result);
  }
  for (const result of results) {
    assert.strictEqual(result.status.code, grpc.status.UNKNOWN);
    assert.strictEqual(result.status.details, expectedMessage);
  }
}

const cases = {
  async empty_unary({ client }) {
    assert.deepStrictEqual({ ...ok(await unary(client, 'EmptyCall', {})).response }, {});
  },

  // By POST: the library knows no GET.
  async cacheable_unary({ client }) {
    const metadata = new grpc.Metadata();
    metadata.set('x-user-ip', '1.2.3.4');
    const request = { payload: { body: Buffer.from(`${Date.now()}${process.hrtime.bigint()}`) } };
    const first = ok(await unary(client, 'CacheableUnaryCall', request, { metadata }));
    const second = ok(await unary(client, 'CacheableUnaryCall', request, { metadata }));
    assert.deepStrictEqual(second.response.payload.body, first.response.payload.body);
  },

  async large_unary({ client }) {
    isZeros(ok(await unary(client, 'UnaryCall', large())).response.payload, LARGE_RESPONSE);
  },

  async client_compressed_unary({ compressing }) {
    const lie = await unary(compressing, 'UnaryCall', large({ expect_compressed: { value: true } }), { options: never });
    assert.strictEqual(lie.status.code, grpc.status.INVALID_ARGUMENT, 'the probe');
    for (const value of [true, false]) {
      const request = large({ expect_compressed: { value } });
      isZeros(ok(await unary(compressing, 'UnaryCall', request, { options: asItSays })).response.payload, LARGE_RESPONSE);
    }
  },

  async server_compressed_unary({ client }) {
    for (const value of [true, false]) {
      const request = large({ response_compressed: { value } });
      isZeros(ok(await unary(client, 'UnaryCall', request)).response.payload, LARGE_RESPONSE);
    }
  },

  async client_streaming({ client }) {
    const { call, done } = clientStream(client);
    REQUEST_SIZES.forEach((size) => call.write({ payload: { body: zeros(size) } }));
    call.end();
    assert.strictEqual(ok(await done).response.aggregated_payload_size, 74922);
  },

  async client_compressed_streaming({ compressing }) {
    const first = { expect_compressed: { value: true }, payload: { body: zeros(27182) } };
    const probe = clientStream(compressing, never);
    probe.call.write(first);
    probe.call.end();
    assert.strictEqual((await probe.done).status.code, grpc.status.INVALID_ARGUMENT, 'the probe');
    const { call, done } = clientStream(compressing, asItSays);
    call.write(first);
    call.write({ expect_compressed: { value: false }, payload: { body: zeros(45904) } });
    call.end();
    assert.strictEqual(ok(await done).response.aggregated_payload_size, 73086);
  },

  async server_streaming({ client }) {
    const call = client.StreamingOutputCall({ response_parameters: RESPONSE_SIZES.map((size) => ({ size })) });
    allZeros(ok(await follow(call)).responses, RESPONSE_SIZES);
  },

  async server_compressed_streaming({ client }) {
    const sizes = [31415, 92653];
    const response_parameters = [
      { compressed: { value: true }, size: sizes[0] }, { compressed: { value: false }, size: sizes[1] },
    ];
    allZeros(ok(await follow(client.StreamingOutputCall({ response_parameters }))).responses, sizes);
  },

  async ping_pong({ client }) {
    const call = client.FullDuplexCall();
    const send = (i) => call.write({
      response_parameters: [{ size: RESPONSE_SIZES[i] }], payload: { body: zeros(REQUEST_SIZES[i]) },
    });
    const result = follow(call, (count) => (count < RESPONSE_SIZES.length ? send(count) : call.end()));
    send(0);
    allZeros(ok(await result).responses, RESPONSE_SIZES);
  },

  async empty_stream({ client }) {
    const call = client.FullDuplexCall();
    const result = follow(call);
    call.end();
    assert.strictEqual(ok(await result).responses.length, 0);
  },

  async custom_metadata({ client }) {
    const metadata = new grpc.Metadata();
    metadata.set(INITIAL, 'test_initial_metadata_value');
    metadata.set(TRAILING, Buffer.from([0xab, 0xab, 0xab]));
    const one = ok(await unary(client, 'UnaryCall', large(), { metadata }));
    isZeros(one.response.payload, LARGE_RESPONSE);
    const call = client.FullDuplexCall(metadata);
    const result = follow(call);
    call.write({ response_parameters: [{ size: LARGE_RESPONSE }], payload: { body: zeros(LARGE_REQUEST) } });
    call.end();
    const many = ok(await result);
    allZeros(many.responses, [LARGE_RESPONSE]);
    for (const { headers, status: { metadata: trailers } } of [one, many]) {
      assert.deepStrictEqual(headers.get(INITIAL), ['test_initial_metadata_value']);
      assert.deepStrictEqual(trailers.get(TRAILING), [Buffer.from([0xab, 0xab, 0xab])]);
    }
  },

  status_code_and_message: ({ client }) => status('test status message', client, true),

  special_status_message: ({ client }) =>
    status('\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n', client, false),

  async unimplemented_method({ client }) {
    assert.strictEqual((await unary(client, 'UnimplementedCall', {})).status.code, grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service({ unimplemented }) {
    assert.strictEqual((await unary(unimplemented, 'UnimplementedCall', {})).status.code, grpc.status.UNIMPLEMENTED);
  },

  async cancel_after_begin({ client }) {
    const { call, done } = clientStream(client);
    call.cancel();
    assert.strictEqual((await done).status.code, grpc.status.CANCELLED);
  },

  async cancel_after_first_response({ client }) {
    const call = client.FullDuplexCall();
    const result = follow(call, () => call.cancel());
    call.write({ response_parameters: [{ size: 31415 }], payload: { body: zeros(27182) } });
    const { responses, status: { code } } = await result;
    allZeros(responses, [31415]);
    assert.strictEqual(code, grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server({ client }) {
    const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
    const result = follow(call);
    call.write({ payload: { body: zeros(27182) } });
    assert.strictEqual((await result).status.code, grpc.status.DEADLINE_EXCEEDED);
  },
};

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function main() {
  const given = flags('--server_host', '--server_port', '--test_case', '--use_tls');
  const address = `${given['--server_host'] || 'localhost'}:${given['--server_port']}`;
  const insecure = grpc.credentials.createInsecure();
  const context = {
    client: new TestService(address, insecure),
    compressing: new TestService(address, insecure, { 'grpc.default_compression_algorithm': GZIP }),
    unimplemented: new UnimplementedService(address, insecure),
  };
  const names = given['--test_case'] === 'all' ? Object.keys(cases) : (given['--test_case'] || '').split(',');
  for (const name of names) {
    try {
      assert.ok(cases[name], 'no such case');
      await inTime(cases[name](context));
      process.stdout.write(`PASS ${name}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`FAIL ${name} ${String(error.message).replace(/\s+/g, ' ')}\n`);
    }
  }
  Object.values(context).forEach((client) => client.close());
  // A stream that its deadline ended before it began keeps the library's connection open, even to its own server.
  process.exit();
}

main();
