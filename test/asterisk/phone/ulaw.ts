/** Samples a second of ulaw and of AudioSocket's audio. */
export const RATE = 8000;
/** Samples of 20 ms. */
export const FRAME = 160;

/** Samples of 16 bits of ulaw. */
export function fromUlaw(payload: Uint8Array): Int16Array {
  return Int16Array.from(payload, (byte) => {
    const inverted = ~byte & 0xff;
    const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)) - 0x84;
    return inverted & 0x80 ? -magnitude : magnitude;
  });
}

/** The ulaw of one sample of 16 bits. */
export function toUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84;
  const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

/** A tone from sample number `from`, as long as `count` samples. */
export function tone(hertz: number, from: number, count: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: count }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * (from + index)) / RATE)),
  );
}

/** How much of the samples' energy is a tone of this frequency, 0 to 1 (Goertzel); 0 for silence. */
export function shareOf(hertz: number, samples: Int16Array): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  if (energy < samples.length * 100 ** 2) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
  const power = last * last + before * before - coefficient * last * before;
  return (2 * power) / (samples.length * energy);
}
