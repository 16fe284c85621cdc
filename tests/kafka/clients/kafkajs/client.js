// Publishes events by kafkajs and finds them accepted in the ledger's topic: client.js BROKERS INTAKE LEDGER FILE SECONDS.
// FILE: one CloudEvent a line, published in structured mode under its subject. Prints the id of each that it finds accepted.
// NODE_PATH names the folder with kafkajs, and lz4js for the ledger's compression, which kafkajs leaves to its users.
'use strict';
const fs = require('fs');
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = require('kafkajs');
const lz4 = require('lz4js');

CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(lz4.decompress(buffer)),
});

async function main() {
  const [brokers, intake, ledger, path, seconds] = process.argv.slice(2);
  const lines = fs.readFileSync(path, 'utf8').trim().split('\n');
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'docket-test', logLevel: logLevel.ERROR });
  const { DefaultPartitioner } = require('kafkajs').Partitioners; // murmur2, as Java's
  const producer = kafka.producer({ createPartitioner: DefaultPartitioner, idempotent: true });
  await producer.connect();
  await producer.send({
    topic: intake,
    compression: CompressionTypes.GZIP,
    messages: lines.map((value) => ({ key: JSON.parse(value).subject, value })),
  });
  await producer.disconnect();

  const wanted = new Set(lines.map((line) => JSON.parse(line).id));
  const consumer = kafka.consumer({ groupId: `docket-test-${process.pid}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic: ledger, fromBeginning: true });
  await new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => reject(new Error(`not accepted in ${ledger}: ${[...wanted]}`)), 1000 * Number(seconds));
    consumer.run({
      eachMessage: async ({ message }) => {
        for (const record of JSON.parse(message.value.toString()).records) {
          if (record.kind !== 'accepted' || !wanted.delete(record.event.id)) continue;
          console.log(record.event.id);
        }
        if (wanted.size > 0) return;
        clearTimeout(tooLong);
        resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
