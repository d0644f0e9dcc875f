import { z } from "zod";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** The fields of a schedule, in their order, as Kubernetes reads them: a Sunday is 0, not 7. */
const fields: readonly { min: number; max: number; names?: readonly string[] }[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];

const macros = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every (\d+(\.\d+)?(ms|s|m|h))+)$/;

/**
 * Whether Kubernetes accepts a text as the schedule of a CronJob. It refuses a time zone in it.
 *
 * @see https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
 */
export function isSchedule(text: string): boolean {
  if (text.startsWith("@")) return macros.test(text);
  const given = text.trim().split(/\s+/);
  return given.length === fields.length && fields.every((field, i) => isField(given[i] ?? "", field));
}

function isField(text: string, { min, max, names = [] }: (typeof fields)[number]): boolean {
  const numberOf = (one: string): number => {
    const named = names.indexOf(one.toLowerCase());
    if (named !== -1) return named + min;
    return /^\d{1,4}$/.test(one) ? Number(one) : NaN;
  };
  return text.split(",").every((item) => {
    const [range = "", step, ...rest] = item.split("/");
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false;
    if (range === "*" || range === "?") return true;
    const [from = "", to = from, ...more] = range.split("-");
    return (
      more.length === 0 && numberOf(from) >= min && numberOf(to) <= max && numberOf(from) <= numberOf(to)
    );
  });
}

/** The schedule of a CronJob. */
export const scheduleSchema = z
  .custom<string>((value) => typeof value === "string" && isSchedule(value), {
    params: {
      fix: 'write minute, hour, day, month and weekday, such as "0 3 * * *" or "*/15 * * * 1-5", without a time zone',
    },
  })
  .meta({ type: "string", pattern: "^\\s*\\S+(\\s+\\S+){0,4}\\s*$" });

const zonePattern = /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/;

/**
 * Whether Kubernetes accepts a text as the time zone of a CronJob: a name of the IANA database, in its own upper and lower
 * case.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones
 */
export function isTimeZone(text: string): boolean {
  if (!zonePattern.test(text)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions();
    // An older name resolves to another one, whose case says nothing.
    return timeZone === text || timeZone.toLowerCase() !== text.toLowerCase();
  } catch {
    return false;
  }
}

/** The time zone of a CronJob's schedule. */
export const timeZoneSchema = z
  .custom<string>((value) => typeof value === "string" && isTimeZone(value), {
    params: { fix: 'write a name of the IANA database, such as "Europe/Berlin" or "Etc/UTC"' },
  })
  .meta({ type: "string", pattern: zonePattern.source });
