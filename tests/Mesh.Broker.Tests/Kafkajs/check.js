// Speaks to the broker at the address given, through kafkajs: topics, records, two members of a group, offsets.
// Prints one line of JSON when everything was as it must be; otherwise it throws.
const assert = require('assert');
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const [servers, topic, group] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'kafkajs', brokers: [servers], logLevel: logLevel.NOTHING });

async function until(what, holds) {
  const deadline = Date.now() + 30000;
  while (!(await holds())) {
    assert(Date.now() < deadline, `after 30 s: ${what}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  assert(await admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 1 }], timeout: 10000 }));
  const seen = new Map();
  const joined = new Set();
  const members = [1, 2].map((number) => {
    const consumer = kafka.consumer({
      groupId: group, sessionTimeout: 10000, heartbeatInterval: 200, maxWaitTimeInMs: 200,
    });
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      const held = Object.values(event.payload.memberAssignment).flat().length;
      if (held === 2) {
        joined.add(number);
      } else {
        joined.delete(number);
      }
    });
    return consumer;
  });
  for (const consumer of members) {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ partition, message }) => seen.set(message.value.toString(), partition) });
  }

  await until('both members hold two partitions', () => joined.size === 2);
  const described = await admin.describeGroups([group]);
  assert.strictEqual(described.groups[0].state, 'Stable');
  assert.strictEqual(described.groups[0].members.length, 2);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = [...Array(500).keys()].map((n) => ({ key: `key-${n}`, value: `value-${n}` }));
  await producer.send({ topic, compression: CompressionTypes.GZIP, messages });
  await until('each record is handled', () => seen.size === 500);
  assert.strictEqual(new Set(seen.values()).size, 4);
  await Promise.all(members.map((consumer) => consumer.disconnect()));
  const offsets = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const committed = offsets[0].partitions.reduce((sum, partition) => sum + Number(partition.offset), 0);
  assert.strictEqual(committed, 500);
  await admin.deleteGroups([group]);
  await producer.disconnect();
  await admin.disconnect();
  console.log(JSON.stringify({ records: seen.size, committed }));
}

main().then(() => process.exit(0), (failure) => {
  console.error(failure);
  process.exit(1);
});
