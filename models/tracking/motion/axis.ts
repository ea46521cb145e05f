/**
 * What is believed of one coordinate: its place and speed, and how sure that is (variances and covariance). Units are
 * pixels and seconds.
 */
export interface Axis {
  readonly place: number;
  readonly speed: number;
  readonly placeVariance: number;
  readonly covariance: number;
  readonly speedVariance: number;
}

/** A coordinate seen for the first time: its speed is unknown but for its likely size. */
export function startAxis(place: number, placeDeviation: number, speedDeviation: number): Axis {
  return {
    place,
    speed: 0,
    placeVariance: placeDeviation ** 2,
    covariance: 0,
    speedVariance: speedDeviation ** 2,
  };
}

/**
 * Lets time pass at constant speed, disturbed by white noise in the acceleration.
 *
 * The noise is integrated over the time itself, so two steps of half the time give exactly what one whole step gives:
 * the filter behaves the same at every frame rate.
 *
 * @param seconds   zero or more.
 * @param strength  the noise's density, in pixels² per second³.
 */
export function predictAxis(axis: Axis, seconds: number, strength: number): Axis {
  const { place, speed, placeVariance, covariance, speedVariance } = axis;
  return {
    place: place + speed * seconds,
    speed,
    placeVariance:
      placeVariance + 2 * seconds * covariance + seconds ** 2 * speedVariance + (strength * seconds ** 3) / 3,
    covariance: covariance + seconds * speedVariance + (strength * seconds ** 2) / 2,
    speedVariance: speedVariance + strength * seconds,
  };
}

/** Takes in a measured place with its standard deviation in pixels, above zero. */
export function correctAxis(axis: Axis, measured: number, deviation: number): Axis {
  const total = axis.placeVariance + deviation ** 2;
  const placeGain = axis.placeVariance / total;
  const speedGain = axis.covariance / total;
  const surprise = measured - axis.place;
  return {
    place: axis.place + placeGain * surprise,
    speed: axis.speed + speedGain * surprise,
    placeVariance: (1 - placeGain) * axis.placeVariance,
    covariance: (1 - placeGain) * axis.covariance,
    speedVariance: axis.speedVariance - speedGain * axis.covariance,
  };
}
