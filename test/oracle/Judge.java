import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.event.ruler.Machine;

/**
 * Asks the reference. Reads one question a line, JSON, and answers each with a line of JSON:
 *
 *   {"pattern": text, "event": text, "repeats": number}
 *                                     ->  {"matches": boolean}, or {"refused": words, "by": exception},
 *                                         or {"eventRefused": words}
 *   {"case": text}                    ->  {"lower": [...], "upper": [...]}, of each UTF-16 unit
 *
 * An answer has "unstable": true where the reference answers differently when asked again (it walks sets of objects
 * that have no order of their own), and "number" where this Java prints a number otherwise than its shortest form
 * (JDK-4511638, fixed in Java 19), as the reference compares by that print.
 */
public final class Judge {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode question = json.readTree(line);
            ObjectNode answer = json.createObjectNode();
            if (question.has("case")) cases(question.get("case").asText(), answer);
            else judge(question, answer);
            out.write(ascii(answer.toString()));
            out.write('\n');
            // A client that asks one question at a time waits for its answer.
            if (!in.ready()) out.flush();
        }
        out.flush();
    }

    private static void judge(JsonNode question, ObjectNode answer) {
        String pattern = question.get("pattern").asText();
        String event = question.get("event").asText();
        answer.setAll(verdict(pattern, event, answer.objectNode()));
        for (int i = 1; i < question.path("repeats").asInt(1); i++) {
            if (!answer.equals(verdict(pattern, event, answer.objectNode()))) {
                answer.put("unstable", true);
                break;
            }
        }
        String odd = oddNumber(pattern);
        if (odd == null) odd = oddNumber(event);
        if (odd != null) answer.put("number", odd);
    }

    private static ObjectNode verdict(String pattern, String event, ObjectNode answer) {
        Machine machine = Machine.builder().build();
        try {
            machine.addRule("rule", pattern);
        } catch (Exception | StackOverflowError e) {
            return answer.put("refused", words(e)).put("by", e.getClass().getSimpleName());
        }
        try {
            return answer.put("matches", !machine.rulesForJSONEvent(event).isEmpty());
        } catch (Exception | StackOverflowError e) {
            return answer.put("eventRefused", words(e)).put("by", e.getClass().getSimpleName());
        }
    }

    /** What it says, without where in the text. */
    private static String words(Throwable e) {
        String message = e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
        if (message == null) return "";
        int at = message.indexOf("\n at [Source");
        return at < 0 ? message : message.substring(0, at);
    }

    private static String oddNumber(String text) {
        Matcher numbers = NUMBER.matcher(text);
        while (numbers.find()) {
            if (numbers.group().length() > 400) continue;
            double value = Double.parseDouble(numbers.group());
            if (value == 0 || Double.isInfinite(value)) continue;
            BigDecimal printed = BigDecimal.valueOf(value);
            for (int digits = 2; digits <= 17; digits++) {
                // Of the shortest that read back as the number, Java 19 takes the closest to it.
                BigDecimal shortest = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
                if (shortest.doubleValue() != value) continue;
                if (shortest.compareTo(printed) != 0) return numbers.group();
                break;
            }
        }
        return null;
    }

    private static void cases(String text, ObjectNode answer) {
        for (String side : new String[] {"lower", "upper"}) answer.putArray(side);
        for (char unit : text.toCharArray()) {
            String single = String.valueOf(unit);
            answer.withArray("/lower").add(single.toLowerCase(Locale.ROOT));
            answer.withArray("/upper").add(single.toUpperCase(Locale.ROOT));
        }
    }

    /** JSON with every other character escaped, so that lone surrogates survive the pipe. */
    private static String ascii(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (char unit : text.toCharArray()) {
            if (unit < 0x7f) escaped.append(unit);
            else escaped.append(String.format("\\u%04x", (int) unit));
        }
        return escaped.toString();
    }
}
