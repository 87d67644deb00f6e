/**
 * A reproducible source of chance. Two sources made from the same seed and stream name give the same numbers in
 * the same order; streams are independent, so drawing more from one does not shift another.
 */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** True with probability `p`; always draws exactly one number. */
  chance(p: number): boolean;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Log-normal: nine of ten values lie in [low, high]; cut at low / 2 and 3 × high. Needs 0 < low <= high. */
  logNormal(low: number, high: number): number;
  /** Where in its sequence the source is; set it to what was read before to go on from there. */
  position: number;
  /** Back to the first number. */
  rewind(): void;
}

/** Standard normal deviates within which 90 % of the values lie. */
const NINETY_PERCENT = 1.645;

/** Makes the source for one purpose (`stream`) of one run (`seed`). */
export function createRandom(seed: number, stream: string): Random {
  const start = hashOf(`${seed}/${stream}`);
  let state = start;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296;
  };
  return {
    get position() {
      return state;
    },
    set position(position) {
      state = position;
    },
    rewind: () => {
      state = start;
    },
    next,
    chance: (p) => next() < p,
    between: (low, high) => low + next() * (high - low),
    logNormal: (low, high) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      const spread = (Math.log(high) - Math.log(low)) / (2 * NINETY_PERCENT);
      const value = Math.exp((Math.log(low) + Math.log(high)) / 2 + spread * normal);
      return Math.min(3 * high, Math.max(low / 2, value));
    },
  };
}

/** 32-bit FNV-1a; only has to spread seeds and stream names apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
