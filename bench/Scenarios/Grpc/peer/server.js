// Echoes bytes as they are: without parsing messages, which is in this peer's favour.
'use strict';

const grpc = require('@grpc/grpc-js');

const same = (bytes) => bytes;
const method = (name, streams) => ({
  path: `/mesh.bench.Echo/${name}`,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});

const server = new grpc.Server();
server.addService({ Unary: method('Unary', false), Duplex: method('Duplex', true) }, {
  Unary: (call, done) => done(null, call.request),
  Duplex: (call) => {
    call.on('data', (message) => call.write(message));
    call.on('end', () => call.end());
    call.on('error', () => {});
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(`ready ${port}`);
});

// Our standard input ends with the parent.
process.stdin.on('end', () => process.exit(0)).resume();
