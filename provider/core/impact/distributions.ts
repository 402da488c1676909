import { gammaln } from "simple-statistics";

/**
 * Student's t and the binomial distribution, by the incomplete beta function. Own code because the library that has them
 * (@stdlib) brings 230 packages; the tests compare with it down to tails of 1e-8.
 */

/** The t that a value of Student's distribution exceeds with probability `level` (one-sided, 0 < level <= 0.5); df need not be whole. */
export function tAbove(level: number, df: number): number {
  const key = `${level} ${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  // Between 0 and a bound that is found by doubling: the tail falls as t grows, so halving cannot miss.
  let low = 0;
  let high = 1;
  while (tTail(high, df) > level) [low, high] = [high, high * 2];
  while (high - low > 1e-14 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (tTail(middle, df) > level) low = middle;
    else high = middle;
  }
  const t = (low + high) / 2;
  if (quantiles.size >= MOST_REMEMBERED) quantiles.clear();
  quantiles.set(key, t);
  return t;
}

const quantiles = new Map<string, number>();
const MOST_REMEMBERED = 10_000;

/** P(T > t) for t >= 0. */
export function tTail(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

/** P(X >= k) of a binomial distribution: n tries, each a success with probability p. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, k, n - k + 1);
}

/** P(Z > z) of the standard normal distribution. */
export function normalTail(z: number): number {
  // The t distribution of so many degrees of freedom is the normal one to six digits: enough for spending a budget.
  return z >= 0 ? tTail(z, NORMAL_DF) : 1 - tTail(-z, NORMAL_DF);
}

/** The z that a standard normal value exceeds with this probability. */
export function normalAbove(level: number): number {
  return level <= 0.5 ? tAbove(level, NORMAL_DF) : -tAbove(1 - level, NORMAL_DF);
}

const NORMAL_DF = 1e7;

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - lnBeta(a, b)) / a;
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

const MOST_TERMS = 10_000;

function away(number: number): number {
  return Math.abs(number) < 1e-300 ? 1e-300 : number;
}

function lnBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}
