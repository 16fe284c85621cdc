// Publishes events by the Java client and finds them accepted in the ledger's topic: Client.java BROKERS INTAKE LEDGER FILE SECONDS
// COMPRESSION [PARTITIONER]. FILE: one CloudEvent a line, published in structured mode under its subject. PARTITIONER "own": by a class that
// knows nothing of Kafka's. Prints the id of each that it finds accepted.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Client {
  public static class ByLength implements Partitioner {
    @Override
    public int partition(String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
      return valueBytes.length % cluster.partitionCountForTopic(topic);
    }
    @Override
    public void close() {}
    @Override
    public void configure(Map<String, ?> configs) {}
  }

  static final Pattern ACCEPTED = Pattern.compile("\"kind\":\"accepted\".*?\"id\":\"([^\"]*)\"");

  static String text(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(json);
    if (!found.find()) throw new IllegalArgumentException("no " + name + " in " + json);
    return found.group(1);
  }

  static void publish(String brokers, String topic, List<String> lines, String compression, boolean own) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("compression.type", compression);
    settings.put("linger.ms", "5");
    if (own) settings.put("partitioner.class", ByLength.class.getName());
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String line : lines) sent.add(producer.send(new ProducerRecord<>(topic, text(line, "subject"), line)));
      for (Future<RecordMetadata> one : sent) one.get();
    }
  }

  static void find(String brokers, String ledger, Set<String> wanted, int seconds) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    long until = System.nanoTime() + seconds * 1_000_000_000L;
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      consumer.partitionsFor(ledger).forEach(info -> all.add(new TopicPartition(ledger, info.partition())));
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (!wanted.isEmpty() && System.nanoTime() < until) {
        for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofMillis(500))) {
          Matcher record = ACCEPTED.matcher(message.value());
          while (record.find()) {
            if (wanted.remove(record.group(1))) System.out.println(record.group(1));
          }
        }
      }
    }
  }

  public static void main(String[] args) throws Exception {
    List<String> lines = Files.readAllLines(Path.of(args[3]), StandardCharsets.UTF_8);
    publish(args[0], args[1], lines, args[5], args.length > 6 && args[6].equals("own"));
    Set<String> wanted = new TreeSet<>();
    for (String line : lines) wanted.add(text(line, "id"));
    find(args[0], args[2], wanted, Integer.parseInt(args[4]));
    if (wanted.isEmpty()) return;
    System.err.println("not accepted in " + args[2] + ": " + wanted);
    System.exit(1);
  }
}
