import { ApiException } from "@kubernetes/client-node";

/** Awaits a creation. An object that exists already is no error. */
export async function conflictIsFine(creation: Promise<unknown>): Promise<void> {
  await exceptStatus(409, creation);
}

/** Awaits a change. An object that no longer exists is no error. */
export async function absenceIsFine(change: Promise<unknown>): Promise<void> {
  await exceptStatus(404, change);
}

async function exceptStatus(code: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === code)) throw error;
  }
}
