// Gives each partition of a topic another leader, ROUNDS times, by reassigning its copies: MoveLeaders.java BROKERS TOPIC ROUNDS. Each round
// turns the order of a partition's copies by one and lets the first of them lead; it ends when that is so everywhere.
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ElectionNotNeededException;

public class MoveLeaders {
  static TopicDescription describe(Admin admin, String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
  }

  static void elect(Admin admin, TopicPartition partition) throws Exception {
    try {
      admin.electLeaders(ElectionType.PREFERRED, java.util.Set.of(partition)).all().get();
    } catch (ExecutionException error) {
      if (!(error.getCause() instanceof ElectionNotNeededException)) throw error;
    }
  }

  static void turn(Admin admin, String topic) throws Exception {
    Map<TopicPartition, Integer> wanted = new HashMap<>();
    for (TopicPartitionInfo row : describe(admin, topic).partitions()) {
      List<Integer> copies = new ArrayList<>();
      for (Node node : row.replicas()) copies.add(node.id());
      copies.add(copies.remove(0));
      TopicPartition partition = new TopicPartition(topic, row.partition());
      wanted.put(partition, copies.get(0));
      // One after the other, so that leaders move all the while.
      admin.alterPartitionReassignments(Map.of(partition, Optional.of(new NewPartitionReassignment(copies)))).all().get();
      elect(admin, partition);
    }
    while (!wanted.isEmpty()) {
      for (TopicPartitionInfo row : describe(admin, topic).partitions()) {
        TopicPartition partition = new TopicPartition(topic, row.partition());
        if (!wanted.containsKey(partition)) continue;
        if (row.leader() != null && row.leader().id() == wanted.get(partition)) {
          wanted.remove(partition);
        } else {
          elect(admin, partition);
        }
      }
    }
  }

  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    try (Admin admin = Admin.create(settings)) {
      for (int round = Integer.parseInt(args[2]); round > 0; --round) turn(admin, args[1]);
    }
  }
}
