import * as z from "zod";
import type { PlayerId } from "../shared/id.ts";
import type { FormerMember } from "../shared/protocol.ts";
import { type GuildSnapshot, toGuildSnapshot } from "./guild-snapshot.ts";
import { type TeamSnapshot, toTeamSnapshot } from "./team-snapshot.ts";

/** Somebody an entry speaks of: in the roster, or known from a page. */
export type Person = { player: PlayerId; number: number; name: string; avatar: string };

const sizeSchema = z.object({ size: z.number() });
const sizesSchema = z.union([
  z
    .object({ memberCount: z.number(), roster: sizeSchema })
    .transform(({ memberCount, roster }) => [roster.size, memberCount]),
  z
    .object({ memberCount: z.number(), members: sizeSchema })
    .transform(({ memberCount, members }) => [members.size, memberCount]),
]);

/** The guild, or team, as last synced and the people known by their numbers. A change costs nothing until somebody looks. */
export class People {
  readonly #named = new Map<number, FormerMember>();
  readonly #numbers = new Map<PlayerId, number>();
  #read: (() => unknown) | undefined;
  /** The same, also when it has been looked at. */
  #source: (() => unknown) | undefined;
  #state: GuildSnapshot | undefined;
  #team: TeamSnapshot | undefined;
  #byNumber = new Map<number, Person>();

  /** The synced state is another now; `read` gives it. */
  changed(read: () => unknown): void {
    this.#read = read;
    this.#source = read;
  }

  /** There is no synced state any more. */
  forgetState(): void {
    this.#read = undefined;
    this.#source = undefined;
    this.#state = undefined;
    this.#team = undefined;
    this.#byNumber.clear();
  }

  add(people: readonly FormerMember[]): void {
    for (const person of people) {
      this.#named.set(person.number, person);
      // Who comes back to a channel may get another number, a higher one.
      this.#numbers.set(person.player, Math.max(person.number, this.#numbers.get(person.player) ?? 0));
    }
  }

  /** The same object until something changes. */
  get state(): GuildSnapshot | undefined {
    this.#look();
    return this.#state;
  }

  /** The same object until something changes. */
  get team(): TeamSnapshot | undefined {
    this.#look();
    return this.#team;
  }

  #look(): void {
    if (this.#read === undefined) return;
    const state = this.#read();
    this.#read = undefined;
    this.#state = toGuildSnapshot(state) ?? this.#state;
    this.#team = this.#state === undefined ? (toTeamSnapshot(state) ?? this.#team) : undefined;
    this.#byNumber = new Map(
      [...(this.#state?.roster ?? this.#team?.members ?? new Map()).values()].map((member) => [member.number, member]),
    );
  }

  person(number: number): Person | undefined {
    this.#look();
    const member = this.#byNumber.get(number);
    if (member !== undefined) return { player: member.player, number, name: member.name, avatar: member.avatar };
    const named = this.#named.get(number);
    return named && { player: named.player, number, name: named.profile.name, avatar: named.profile.avatar };
  }

  /** Whether the synced state shows everybody. That of a large guild shows some, and pages name those they speak of. */
  get isWhole(): boolean {
    const { data } = sizesSchema.safeParse(this.#source?.());
    const [shown = 0, all = 0] = data ?? [];
    return shown >= all;
  }
}
