import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the whole run, at GREMIO_TEST_FOLDER: what helpers keep in files for all tests of a process. */
export default async function oneFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "gremio-tests-"));
  process.env.GREMIO_TEST_FOLDER = folder;
  return () => rm(folder, { recursive: true, force: true });
}
