import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A case in each line of stdin, and in each of stdout what Velocity makes of it. */
public class Judge {
  public static void main(String[] args) throws Exception {
    VelocityEngine engine = new VelocityEngine();
    // Only Velocity 1.7 knows it, and writes a file otherwise.
    // 1.7 reads $header.Content-Type as one name, and so does API Gateway; 2 has to be told.
    engine.setProperty("parser.allow_hyphen_in_identifiers", true);
    engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.init();

    PrintStream out = new PrintStream(System.out, true, UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, Object> result = new LinkedHashMap<>();
      try {
        render(engine, mapOf(Configuration.defaultConfiguration().jsonProvider().parse(line)), result);
      } catch (Exception error) {
        result.put("error", String.valueOf(error.getMessage()));
      }
      // It escapes all that is not ASCII, so that a lone surrogate survives.
      out.println(JSONValue.toJSONString(result, JSONStyle.NO_COMPRESS).codePoints()
        .collect(StringBuilder::new, Judge::appendAscii, StringBuilder::append));
    }
  }

  private static void render(VelocityEngine engine, Map<String, Object> request, Map<String, Object> result) {
    Map<String, Object> context = mapOf(request.get("context"));
    Map<String, Object> requestOverride = new LinkedHashMap<>();
    for (String kind : new String[] {"header", "path", "querystring"}) {
      requestOverride.put(kind, new LinkedHashMap<>());
    }
    Map<String, Object> responseOverride = new LinkedHashMap<>();
    responseOverride.put("header", new LinkedHashMap<>());
    context.put("requestOverride", requestOverride);
    context.put("responseOverride", responseOverride);

    VelocityContext variables = new VelocityContext();
    variables.put("input", new Input((String) request.get("body"), mapOf(request.get("params"))));
    variables.put("util", new Util());
    variables.put("context", context);
    variables.put("stageVariables", mapOf(request.get("stageVariables")));
    StringWriter text = new StringWriter();
    engine.evaluate(variables, text, "template", (String) request.get("template"));
    result.put("text", text.toString());
    result.put("requestOverride", requestOverride);
    result.put("responseOverride", responseOverride);
  }

  private static void appendAscii(StringBuilder text, int codePoint) {
    for (char unit : Character.toChars(codePoint)) {
      text.append(unit < 0x80 ? String.valueOf(unit) : String.format("\\u%04x", (int) unit));
    }
  }

  /** In the order of the text: a JSONObject has none. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> mapOf(Object value) {
    return (Map<String, Object>) value;
  }

  public static class Input {
    private final String body;
    private final Map<String, Object> params;

    Input(String body, Map<String, Object> params) {
      this.body = body;
      this.params = params;
    }

    public String getBody() {
      return body;
    }

    public Object params() {
      return params;
    }

    public Object params(String name) {
      for (String kind : new String[] {"path", "querystring", "header"}) {
        Object value = mapOf(params.get(kind)).get(name);
        if (value != null) return value;
      }
      return "";
    }

    public Object path(String path) {
      try {
        return JsonPath.read(body, path);
      } catch (PathNotFoundException absent) {
        return null;
      }
    }

    public String json(String path) {
      Object value = JsonPath.read(body, path);
      return value instanceof String || value == null
        ? JSONValue.toJSONString(value, JSONStyle.LT_COMPRESS)
        : Configuration.defaultConfiguration().jsonProvider().toJson(value);
    }
  }

  public static class Util {
    public String escapeJavaScript(Object value) {
      return value == null ? null : StringEscapeUtils.escapeJavaScript(value.toString());
    }

    public Object parseJson(String text) {
      return Configuration.defaultConfiguration().jsonProvider().parse(text);
    }

    public String urlEncode(String text) {
      return URLEncoder.encode(text, UTF_8);
    }

    public String urlDecode(String text) {
      return URLDecoder.decode(text, UTF_8);
    }

    public String base64Encode(String text) {
      return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    public String base64Decode(String text) {
      return new String(Base64.getDecoder().decode(text), UTF_8);
    }
  }
}
