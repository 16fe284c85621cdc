import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.apache.kafka.streams.state.Stores;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The workload case5 as a tuned Kafka Streams application: the same counts and rates, a verdict for each record. Counters are kept by partition
 * and never brought together, which is the cheapest right form. No history, no chain, no ledger, no questions answered.
 * Case5Peer BROKERS IN OUT APPLICATION COMMIT_MS STATE_DIR
 */
public final class Case5Peer {
  private static final String[] KINDS = {"bench-a", "bench-b", "bench-c", "bench-d"};
  private static final String[] STEPS = {"opened", "started", "progressed", "closed", "rated"};
  private static final String[] ROLES = {"intake", "unit", "unit", "unit", "intake"};
  private static final String[] LEVELS = {"very_satisfied", "satisfied", "neutral", "dissatisfied"};
  private static final int[] WEIGHTS = {1000, 800, 500, 0};
  private static final int[] LIMIT_DAYS = {5, 3, 10, 2};
  private static final long DAY = 86_400_000L;
  private static final long ZONE = 8 * 3_600_000L;

  /** The members that the job needs; every token is looked at, so that broken JSON is refused. */
  private static final class Event {
    String id, subject, role, unit, level;
    int kind = -1, step = -1, number = -1;
    boolean payload;
    long time;
  }

  private static int index(String[] all, String one) {
    for (int i = 0; i < all.length; i++) if (all[i].equals(one)) return i;
    return -1;
  }

  private static Event read(JsonFactory json, byte[] bytes) throws Exception {
    Event e = new Event();
    try (JsonParser p = json.createParser(bytes)) {
      if (p.nextToken() != JsonToken.START_OBJECT) return null;
      String type = "";
      for (int depth = 1; depth > 0; ) {
        JsonToken t = p.nextToken();
        if (t == null) return null;
        if (t == JsonToken.START_OBJECT) depth++;
        else if (t == JsonToken.END_OBJECT) depth--;
        else if (t == JsonToken.FIELD_NAME) {
          String name = p.currentName();
          t = p.nextToken();
          if (t == JsonToken.START_OBJECT) { depth++; continue; }
          switch (name) {
            case "id" -> e.id = p.getText();
            case "type" -> type = p.getText();
            case "subject" -> e.subject = p.getText();
            case "actorrole" -> e.role = p.getText();
            case "time" -> e.time = Instant.parse(p.getText()).toEpochMilli();
            case "unit" -> e.unit = p.getText();
            case "satisfaction" -> e.level = p.getText();
            case "payload" -> e.payload = p.getTextLength() > 0;
            default -> { }
          }
        }
      }
      // org.docket.KIND.STEP.v1; the id ends with the number of the event in its case.
      String[] parts = type.split("\\.");
      if (parts.length != 5 || e.id == null || e.subject == null) return null;
      e.kind = index(KINDS, parts[2]);
      e.step = index(STEPS, parts[3]);
      e.number = e.id.charAt(e.id.length() - 1) - '0';
    }
    boolean good = e.kind >= 0 && e.step >= 0 && e.payload && ROLES[e.step].equals(e.role) && (e.step != 4 || index(LEVELS, e.level) >= 0);
    return good && e.number >= 0 && e.number < 8 ? e : null;
  }

  private static final class Judge implements Processor<byte[], byte[], byte[], byte[]> {
    private final JsonFactory json = new JsonFactory();
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> cases, figures;

    @Override public void init(ProcessorContext<byte[], byte[]> c) {
      context = c;
      cases = c.getStateStore("cases");
      figures = c.getStateStore("figures");
    }

    private static Bytes key(String text) { return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1)); }
    private static int month(long time) { return (int) (Math.floorDiv(time + ZONE, DAY) * 100 / 3044); }
    private static ByteBuffer copy(byte[] row, int size) { return row == null ? ByteBuffer.allocate(size) : ByteBuffer.wrap(row.clone()); }

    private void add(String row, int at, long by) {
      Bytes k = key(row);
      ByteBuffer b = copy(figures.get(k), 56);
      b.putLong(at * 8, b.getLong(at * 8) + by);
      figures.put(k, b.array());
    }

    @Override public void process(Record<byte[], byte[]> record) {
      Event e;
      try { e = read(json, record.value()); } catch (Exception bad) { e = null; }
      String outcome = e == null ? "rejected" : "accepted", id = e == null ? "" : e.id, subject = e == null ? "" : e.subject;
      int version = 0;
      if (e != null) {
        Bytes k = key(e.subject);
        byte[] old = cases.get(k);
        ByteBuffer c = copy(old, 40);  // seen, state + 1, unit, weight + 1, version, opened, due, closed
        if ((c.get(0) & 1 << e.number) != 0) outcome = "duplicate";
        else {
          c.put(0, (byte) (c.get(0) | 1 << e.number));
          version = c.getInt(4) + 1;
          c.putInt(4, version);
          int was = c.get(1), is = Math.max(was, e.step == 0 ? 1 : e.step == 1 ? 2 : e.step == 3 ? 3 : was);
          if (is != was) {
            if (was != 0) add(KINDS[e.kind] + was, 0, -1);
            add(KINDS[e.kind] + is, 0, 1);
            c.put(1, (byte) is);
          }
          if (e.unit != null) c.put(2, (byte) Integer.parseInt(e.unit.substring(1)));
          if (e.step == 0) {
            long due = (Math.floorDiv(e.time + ZONE, DAY) + LIMIT_DAYS[e.kind] + 1) * DAY - ZONE - 1;
            c.putLong(8, e.time).putLong(16, due);
            add("u" + c.get(2) + "/" + month(e.time), 0, 1);
            add("u" + c.get(2) + "/" + month(due), 1, 1);
          }
          if (e.step == 3) c.putLong(24, e.time);
          if (e.step == 4) c.put(3, (byte) (index(LEVELS, e.level) + 1));
          // Completed once it is both opened and closed, in whatever order these came; rated likewise.
          if ((e.step == 3 || e.step == 0) && c.getLong(24) != 0 && c.getLong(16) != 0) {
            add("u" + c.get(2) + "/" + month(c.getLong(24)), 2, 1);
            add("u" + c.get(2) + "/" + month(c.getLong(16)), 3, 1);
            if (c.getLong(24) <= c.getLong(16)) add("u" + c.get(2) + "/" + month(c.getLong(16)), 4, 1);
          }
          if ((e.step == 4 || e.step == 3) && c.get(3) != 0 && c.getLong(24) != 0) {
            add("u" + c.get(2) + "/" + month(c.getLong(24)), 5, 1);
            add("u" + c.get(2) + "/" + month(c.getLong(24)), 6, WEIGHTS[c.get(3) - 1]);
          }
          cases.put(k, c.array());
        }
      }
      String verdict = "{\"outcome\":\"" + outcome + "\",\"id\":\"" + id + "\",\"case\":\"" + subject + "\",\"version\":" + version + "}";
      context.forward(new Record<>(record.key(), verdict.getBytes(StandardCharsets.ISO_8859_1), record.timestamp()));
    }
  }

  public static final class Rocks implements RocksDBConfigSetter {
    private static final Cache BLOCKS = new LRUCache(128L << 20);
    private static final WriteBufferManager BUFFERS = new WriteBufferManager(256L << 20, new LRUCache(1 << 20));

    @Override public void setConfig(String store, Options options, Map<String, Object> config) {
      BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
      table.setBlockCache(BLOCKS).setCacheIndexAndFilterBlocks(true).setFilterPolicy(new BloomFilter(10, false));
      options.setTableFormatConfig(table).setWriteBufferSize(32L << 20).setMaxWriteBufferNumber(3).setIncreaseParallelism(2)
          .setCompressionType(CompressionType.LZ4_COMPRESSION).setWriteBufferManager(BUFFERS);
    }
    @Override public void close(String store, Options options) { }
  }

  public static void main(String[] args) throws Exception {
    RocksDB.loadLibrary();
    Properties p = new Properties();
    p.put("bootstrap.servers", args[0]);
    p.put("application.id", args[3]);
    p.put("processing.guarantee", System.getProperty("guarantee", "exactly_once_v2"));
    p.put("commit.interval.ms", args[4]);
    p.put("state.dir", args[5]);
    p.put("num.stream.threads", System.getProperty("threads", "2"));
    p.put("statestore.cache.max.bytes", String.valueOf(256L << 20));
    p.put("rocksdb.config.setter", Rocks.class.getName());
    p.put("replication.factor", "1");
    p.put("poll.ms", "10");
    p.put("buffered.records.per.partition", "10000");
    p.put("producer.linger.ms", System.getProperty("linger", Integer.parseInt(args[4]) < 1000 ? "5" : "100"));
    p.put("producer.batch.size", "262144");
    p.put("producer.buffer.memory", String.valueOf(128 << 20));
    p.put("producer.compression.type", "lz4");
    p.put("main.consumer.group.instance.id", "peer");
    p.put("main.consumer.max.poll.records", "5000");
    p.put("main.consumer.max.partition.fetch.bytes", String.valueOf(4 << 20));
    p.put("main.consumer.fetch.max.wait.ms", "10");
    p.put("main.consumer.auto.offset.reset", "earliest");
    p.forEach((name, value) -> System.out.println("setting " + name + "=" + value));
    p.put("default.key.serde", Serdes.ByteArraySerde.class);
    p.put("default.value.serde", Serdes.ByteArraySerde.class);

    Topology topology = new Topology();
    topology.addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), args[1]);
    topology.addProcessor("judge", Judge::new, "in");
    for (String store : new String[] {"cases", "figures"})
      topology.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
          .withLoggingEnabled(Map.of()).withCachingEnabled(), "judge");
    topology.addSink("out", args[2], new ByteArraySerializer(), new ByteArraySerializer(), "judge");

    KafkaStreams streams = new KafkaStreams(topology, p);
    CountDownLatch end = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) System.out.println("running");
      if (now == KafkaStreams.State.ERROR) Runtime.getRuntime().halt(3);
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> { streams.close(java.time.Duration.ofSeconds(20)); end.countDown(); }));
    streams.start();
    end.await();
  }
}
