import type { Chart } from "../charts/chart";
import type { LineAxes, Series } from "../charts/lineChart";
import type { DayPage } from "./dayPage";

/** The frames of a day as times of it. */
export class Times {
  readonly xs: number[];
  readonly xTicks: number[];

  constructor(private readonly page: Pick<DayPage, "day" | "frameSeconds">) {
    this.xs = page.day.frames.map((_, index) => index);
    const every = Math.max(1, Math.round((2 * 3600) / page.frameSeconds));
    this.xTicks = this.xs.filter((index) => index % every === 0);
  }

  /** Time at which a frame of the page begins, by its place. */
  readonly text = (index: number): string => this.ofFrame((this.page.day.frames[0]?.frame ?? 0) + index);

  /** Time at which a frame begins, by its number. */
  ofFrame(frame: number): string {
    const minutes = Math.floor((frame * this.page.frameSeconds) / 60) % (24 * 60);
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  }

  /** Common part of charts over the frames of a day. */
  axis(): Pick<LineAxes, "xs" | "xTicks" | "xText" | "xTitle"> {
    return { xs: this.xs, xTicks: this.xTicks, xText: this.text, xTitle: "time of day at which the frame begins" };
  }

  /** A table of series, a line per frame. */
  table(series: readonly Series[], text: (value: number) => string): Chart["table"] {
    return {
      head: ["frame at", ...series.map(({ name }) => name)],
      rows: this.xs.map((index) => [
        this.text(index),
        ...series.map(({ values }) => (values[index] === undefined ? "–" : text(values[index]))),
      ]),
    };
  }
}

/** The hours of a day, and their text. */
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
export const hourText = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
