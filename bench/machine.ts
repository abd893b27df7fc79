import { availableParallelism, cpus } from "node:os";

/** What figures depend on besides the code; no names, no dates. */
export type Machine = { readonly cores: number; readonly cpu: string; readonly system: string; readonly node: string };

export const thisMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  system: `${process.platform} ${process.arch}`,
  node: process.versions.node,
});

export const inWords = ({ cores, cpu, system, node }: Machine): string =>
  `${cores} cores (${cpu}), ${system}, Node ${node}`;
