import ch.loway.oss.ari4java.ARI;
import ch.loway.oss.ari4java.AriVersion;
import ch.loway.oss.ari4java.generated.AriWSHelper;
import ch.loway.oss.ari4java.generated.models.Bridge;
import ch.loway.oss.ari4java.generated.models.ChannelDtmfReceived;
import ch.loway.oss.ari4java.generated.models.ChannelEnteredBridge;
import ch.loway.oss.ari4java.generated.models.PlaybackFinished;
import ch.loway.oss.ari4java.generated.models.PlaybackStarted;
import ch.loway.oss.ari4java.generated.models.StasisEnd;
import ch.loway.oss.ari4java.generated.models.StasisStart;
import ch.loway.oss.ari4java.tools.AriConnectionEvent;
import ch.loway.oss.ari4java.tools.RestException;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The story of one call, with the Maven package `io.github.ari4java:ari4java`. */
public class WithAri4java extends AriWSHelper {
  private interface Step {
    void run() throws RestException;
  }

  private final ARI ari;
  /** Commands block: they may not run on the thread that receives events. */
  private final ExecutorService steps = Executors.newSingleThreadExecutor();
  private volatile String bridgeId;

  WithAri4java(ARI ari) {
    this.ari = ari;
  }

  public static void main(String[] args) throws Exception {
    URI url = URI.create(System.getenv("ARI_URL"));
    String server = url.getScheme() + "://" + url.getAuthority() + "/";
    String user = System.getenv("ARI_USER");
    String password = System.getenv("ARI_PASSWORD");
    // The newest version that the package knows; Asterisk 22 calls its own 10.0.0.
    ARI ari = ARI.build(server, System.getenv("ARI_APP"), user, password, AriVersion.ARI_8_0_0);
    ari.eventsCallback(new WithAri4java(ari));
  }

  @Override
  public void onConnectionEvent(AriConnectionEvent event) {
    if (event == AriConnectionEvent.WS_CONNECTED) say("connected");
  }

  @Override
  protected void onStasisStart(StasisStart event) {
    String channel = event.getChannel().getId();
    then(() -> {
      say("StasisStart " + String.join(",", event.getArgs()));
      ari.channels().answer(channel).execute();
      say("answered");
      ari.channels().play(channel, "sound:beep").execute();
    });
  }

  @Override
  protected void onPlaybackStarted(PlaybackStarted event) {
    then(() -> say("PlaybackStarted " + event.getPlayback().getMedia_uri()));
  }

  @Override
  protected void onPlaybackFinished(PlaybackFinished event) {
    then(() -> say("PlaybackFinished " + event.getPlayback().getMedia_uri()));
  }

  @Override
  protected void onChannelDtmfReceived(ChannelDtmfReceived event) {
    then(() -> {
      say("digit " + event.getDigit());
      if (!event.getDigit().equals("#")) return;
      bridgeId = ari.bridges().create().setType("mixing").execute().getId();
      ari.bridges().addChannel(bridgeId, event.getChannel().getId()).execute();
    });
  }

  @Override
  protected void onChannelEnteredBridge(ChannelEnteredBridge event) {
    then(() -> {
      Bridge seen = ari.bridges().get(bridgeId).execute();
      say(seen.getChannels().size() + " channel in a " + seen.getBridge_type() + " bridge");
      ari.channels().hangup(event.getChannel().getId()).execute();
    });
  }

  @Override
  protected void onStasisEnd(StasisEnd event) {
    then(() -> {
      say("StasisEnd");
      ari.bridges().destroy(bridgeId).execute();
      say("bridge destroyed");
      System.exit(0);
    });
  }

  private void then(Step step) {
    steps.execute(() -> {
      try {
        step.run();
      } catch (RestException error) {
        error.printStackTrace();
        System.exit(1);
      }
    });
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
