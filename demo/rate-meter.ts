/** How fast a count that only rises has been rising lately. */
export class RateMeter {
  private samples: { readonly atMs: number; readonly count: number }[] = [];

  /** `windowMs`: how much of the past "lately" is. */
  constructor(private readonly windowMs = 3000) {}

  /** Adds a reading and answers the rise per second over the window; 0 until there are two readings. */
  read(atMs: number, count: number): number {
    this.samples.push({ atMs, count });
    // The last sample before the window stays, so that the whole window is covered.
    while ((this.samples[1]?.atMs ?? atMs) < atMs - this.windowMs) this.samples.shift();
    const first = this.samples[0];
    return first === undefined || first.atMs === atMs ? 0 : ((count - first.count) * 1000) / (atMs - first.atMs);
  }
}
