import type { ChangedCase } from "../changed";

/** A case of one of Kiali's validations. Without a patch, it adds objects. */
export type KialiCase = Omit<ChangedCase, "patch"> & Partial<Pick<ChangedCase, "patch">>;
