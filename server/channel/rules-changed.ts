/** The channel's own rules are others than those by which a message was judged: it is to be judged anew. `rules`: JSON. */
export class RulesChanged extends Error {
  readonly version: string;
  readonly rules: string;

  constructor(version: string, rules: string) {
    super("the rules have changed");
    this.name = "RulesChanged";
    this.version = version;
    this.rules = rules;
  }
}
