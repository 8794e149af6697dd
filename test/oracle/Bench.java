import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import software.amazon.event.ruler.Machine;

/** Measures the reference: {"rules": [text], "events": [text], "seconds": number} in, rounds over all events out, for each second of its thread's CPU time. */
public final class Bench {
    public static void main(String[] args) throws Exception {
        JsonNode input = new ObjectMapper().readTree(System.in);
        Machine machine = Machine.builder().build();
        int number = 0;
        for (JsonNode rule : input.get("rules")) machine.addRule("rule" + number++, rule.asText());
        List<String> events = new ArrayList<>();
        for (JsonNode event : input.get("events")) events.add(event.asText());
        double seconds = input.get("seconds").asDouble();
        long matches = round(machine, events);
        rounds(machine, events, seconds); // until it is compiled
        System.out.printf("{\"rounds\": %d, \"matches\": %d}%n", Math.round(rounds(machine, events, seconds)), matches);
    }

    private static double rounds(Machine machine, List<String> events, double seconds) throws Exception {
        long start = cpuNanos();
        long done = 0;
        while (cpuNanos() - start < seconds * 1e9) {
            round(machine, events);
            done++;
        }
        return done / ((cpuNanos() - start) / 1e9);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long round(Machine machine, List<String> events) throws Exception {
        long matches = 0;
        for (String event : events) matches += machine.rulesForJSONEvent(event).size();
        return matches;
    }
}
