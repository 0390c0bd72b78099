// What client and server share: the service definitions, payloads and the official flags.
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const protos = path.join(__dirname, '..', '..', 'Protos');
const definition = loader.loadSync('test.proto', { includeDirs: [protos], keepCase: true, defaults: true });
const { TestService, UnimplementedService } = grpc.loadPackageDefinition(definition).grpc.testing;

function flags(...known) {
  const values = {};
  for (const argument of process.argv.slice(2)) {
    const [name, ...value] = argument.split('=');
    if (!known.includes(name) || value.length === 0) {
      process.stderr.write(`${argument}: expected ${known.map((k) => `${k}=VALUE`).join(', ')}\n`);
      process.exit(2);
    }
    values[name] = value.join('=');
  }
  return values;
}

module.exports = { grpc, TestService, UnimplementedService, flags, zeros: (size) => Buffer.alloc(size) };
