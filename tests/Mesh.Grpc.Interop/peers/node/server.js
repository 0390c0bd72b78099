// The server of gRPC's interoperability cases on @grpc/grpc-js. It compresses no response, and does not see whether a
// request came compressed: the library offers neither.
'use strict';

const { grpc, TestService, flags, zeros } = require('./service');

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';
const MAX_AGE_S = 60;
const cache = new Map();

// Sends the initial metadata back; gives the trailing metadata.
function echo(call) {
  const initial = new grpc.Metadata();
  const trailing = new grpc.Metadata();
  call.metadata.get(INITIAL).forEach((value) => initial.add(INITIAL, value));
  call.metadata.get(TRAILING).forEach((value) => trailing.add(TRAILING, value));
  call.sendMetadata(initial);
  return trailing;
}

function failure(status, trailing) {
  return status && status.code !== 0 ? { code: status.code, details: status.message, metadata: trailing } : null;
}

const pause = (microseconds) => new Promise((resolve) => setTimeout(resolve, microseconds / 1000));

async function answer(call, request) {
  for (const wanted of request.response_parameters) {
    if (wanted.interval_us > 0) {
      await pause(wanted.interval_us);
    }
    call.write({ payload: { body: zeros(wanted.size) } });
  }
}

// Answers each request in turn; `until` is what has to happen first.
function duplex(call, until) {
  const trailing = echo(call);
  let last = until(call);
  let failed = false;
  call.on('data', (request) => {
    last = last.then(async () => {
      const error = failure(request.response_status, trailing);
      if (failed) {
        return;
      }
      if (error) {
        failed = true;
        call.emit('error', error);
      } else {
        await answer(call, request);
      }
    });
  });
  call.on('end', () => {
    last = last.then(() => failed || call.end(trailing));
  });
}

const handlers = {
  EmptyCall(call, callback) {
    callback(null, {}, echo(call));
  },

  UnaryCall(call, callback) {
    const trailing = echo(call);
    const error = failure(call.request.response_status, trailing);
    callback(error, error ? null : { payload: { body: zeros(call.request.response_size) } }, trailing);
  },

  // The server stands in for the caching proxy: no library here sends a GET.
  CacheableUnaryCall(call, callback) {
    const key = call.request.payload.body.toString('latin1');
    const now = process.hrtime.bigint();
    if (!cache.has(key) || now > cache.get(key).until) {
      cache.set(key, { body: Buffer.from(String(now)), until: now + BigInt(MAX_AGE_S) * 1_000_000_000n });
    }
    const headers = new grpc.Metadata();
    headers.set('cache-control', `max-age=${MAX_AGE_S}, public`);
    call.sendMetadata(headers);
    callback(null, { payload: { body: cache.get(key).body } });
  },

  async StreamingOutputCall(call) {
    const trailing = echo(call);
    const error = failure(call.request.response_status, trailing);
    if (error) {
      call.emit('error', error);
      return;
    }
    await answer(call, call.request);
    call.end(trailing);
  },

  StreamingInputCall(call, callback) {
    const trailing = echo(call);
    let sum = 0;
    call.on('data', (request) => { sum += request.payload ? request.payload.body.length : 0; });
    call.on('end', () => callback(null, { aggregated_payload_size: sum }, trailing));
  },

  FullDuplexCall: (call) => duplex(call, () => Promise.resolve()),

  HalfDuplexCall: (call) => duplex(call, () => new Promise((resolve) => call.on('end', resolve))),
};

const server = new grpc.Server();
server.addService(TestService.service, handlers);
const { '--port': port = '0' } = flags('--port', '--use_tls');
server.bindAsync(`${port === '0' ? '127.0.0.1' : '[::]'}:${port}`, grpc.ServerCredentials.createInsecure(),
  (error, bound) => {
    if (error) {
      process.stderr.write(`--port=${port}: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`listening on port ${bound}\n`);
  });

// Whoever started it may have died without a word: its end of the pipe closes then.
if (process.env.END_WITH_INPUT) {
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
