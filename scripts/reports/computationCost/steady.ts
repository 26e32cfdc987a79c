import { framesPerDay, type Population } from "../../piles/population";

/**
 * A population that comes alike every day, as the first day's. A day in the middle is then the same day to whoever plans
 * it alone and to a market that goes on from day to day: the same EVs, the same energy.
 */
export function everyDayAlike(population: Population): Population {
  return (options) => {
    const perDay = framesPerDay(options.frameSeconds);
    const stays = population({ ...options, days: 1 });
    return Array.from({ length: options.days }, (_, day) =>
      stays.map((stay) => ({
        ...stay,
        arrivalFrame: stay.arrivalFrame + day * perDay,
        departureFrame: stay.departureFrame + day * perDay,
      })),
    ).flat();
  };
}
