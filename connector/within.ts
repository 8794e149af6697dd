/** Waits for the work, until a time in epoch milliseconds at the most. */
export async function within(work: Promise<unknown>, until: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - Date.now()));
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
