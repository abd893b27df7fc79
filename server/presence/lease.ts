/** A process's sign of life. Its incarnation is a new random name at every start. */
export type Lease = {
  readonly incarnation: string;
  /** Gives the lease up at once and stops renewing. */
  release(): Promise<void>;
};

/** Which incarnations are alive; answers may be up to 1 s old. */
export type Leases = {
  alive(incarnations: readonly string[]): Promise<Set<string>>;
};
