import type { AriTransport } from '../ari/client.ts';

/**
 * Refuses `answer` on a channel that plays what the same function began: it would wait for the playback's end, and the
 * caller, whose channel is not up, would hear nothing.
 *
 * @param isPlaying whether a playback plays on a channel
 */
export function answerGuard(transport: AriTransport, isPlaying: (channelId: string) => boolean): AriTransport {
  const played = new Set<string>();
  return {
    async request(request) {
      const [, id = '', command] = /^\/channels\/([^/]+)\/(play|answer)\b/.exec(request.path) ?? [];
      const channelId = decodeURIComponent(id);
      if (command === 'answer' && played.has(channelId) && isPlaying(channelId)) {
        throw new Error(
          'it waits for the end of the playback that this function began before: answer first, then play',
        );
      }
      const response = await transport.request(request);
      if (command === 'play' && response.status < 300) played.add(channelId);
      return response;
    },
    close: () => transport.close(),
  };
}
