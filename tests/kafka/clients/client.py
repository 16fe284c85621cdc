#!/usr/bin/env python3
"""Publishes events by python3-kafka and finds them accepted in the ledger's topic: client.py BROKERS INTAKE LEDGER FILE SECONDS.

FILE: one CloudEvent a line, published in structured mode under its subject. Prints the id of each that it finds accepted.
"""
import json
import sys
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition


def main():
    brokers, intake, ledger, path, seconds = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    producer = KafkaProducer(bootstrap_servers=brokers, acks="all", compression_type="gzip")  # its own partitioner: murmur2, as Java's
    sent = [producer.send(intake, key=json.loads(line)["subject"].encode(), value=line.encode()) for line in lines]
    producer.flush(timeout=30)
    for future in sent:
        future.get(timeout=30)
    producer.close()

    wanted = {json.loads(line)["id"] for line in lines}
    consumer = KafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    consumer.assign([TopicPartition(ledger, partition) for partition in consumer.partitions_for_topic(ledger)])
    consumer.seek_to_beginning()
    until = time.monotonic() + float(seconds)
    while wanted and time.monotonic() < until:
        for messages in consumer.poll(timeout_ms=500).values():
            for message in messages:
                for record in json.loads(message.value)["records"]:
                    if record["kind"] == "accepted" and record["event"]["id"] in wanted:
                        wanted.discard(record["event"]["id"])
                        print(record["event"]["id"])
    consumer.close()
    if wanted:
        sys.exit(f"not accepted in {ledger}: {sorted(wanted)}")


main()
