import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

public class Judge {
  public static void main(String[] args) throws Exception {
    int port = args.length == 0 ? 0 : Integer.parseInt(args[0]);
    MemoryBackend backend = new MemoryBackend();
    backend.version(new Version());
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", port);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("mongodb://127.0.0.1:" + server.getLocalAddress().getPort() + "/");

    // A closed stdin means that whoever started the judge is gone, whatever ended it.
    try (InputStream in = System.in) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    System.exit(0);
  }

  /** MongoDB 5.0 as the library knows it, except that it reports wire version 8, which drivers refuse. */
  private static class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return ServerVersion.MONGO_5_0.getVersionArray();
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }
}
