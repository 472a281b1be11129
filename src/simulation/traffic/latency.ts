/**
 * How long answers take, as a distribution: most near the mean, some much longer. Log-normal, which is what request
 * times look like, with a spread that puts the slowest in a hundred at about three times the mean.
 */
const sigma = 0.55;

/** The share of requests that are done within `seconds`, when they take `mean` on average. */
export function shareWithin(seconds: number, mean: number): number {
  if (seconds <= 0) return 0;
  if (mean <= 0) return 1;
  return normal((Math.log(seconds) - Math.log(mean)) / sigma + sigma / 2);
}

/** The time within which a share of the requests is done. */
export function quantile(share: number, mean: number): number {
  let [low, high] = [0, mean * 1000];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, mean) < share) low = middle;
    else high = middle;
  }
  return high;
}

/** The normal distribution's integral (Abramowitz and Stegun 7.1.26: right to 7 digits). */
function normal(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}
