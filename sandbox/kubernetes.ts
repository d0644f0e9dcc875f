import { ApiException } from "@kubernetes/client-node";

/** Awaits a creation, and takes it for done if the object is already there. */
export async function conflictIsFine(creation: Promise<unknown>): Promise<void> {
  await exceptStatus(409, creation);
}

/** Awaits a change, and takes it for done if the object is gone. */
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
