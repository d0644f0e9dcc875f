import { changedCases } from "../changed";
import type { KialiCase } from "./kialiCase";

/** Validations of the mistakes that a message of `istioctl analyze` is about, with a code that `audit` finds in the case. */
const same = [
  ["KIA0004", "IST0127", "MW926"],
  ["KIA0202", "IST0174", "MW335"],
  ["KIA0203", "IST0173", "MW925"],
  ["KIA0301", "IST0145", "MW928"],
  ["KIA0601", "IST0118", "MW929"],
  ["KIA1101", "IST0101", "MW923"],
  ["KIA1106", "IST0109", "MW927"],
  ["KIA1107", "IST0101", "MW924"],
  ["KIA1212", "IST0177", "MW945"],
] as const;

/** The cases of these messages, all of which Kiali reports. */
export const alike: readonly KialiCase[] = same.map(([id, message, code]) => {
  const found = changedCases.find((one) => one.id === message && one.audit.includes(code));
  if (!found) throw new Error(`${id}: no case of ${message} has ${code}`);
  return { ...found, id, analyzed: true };
});
