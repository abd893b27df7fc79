import type { Room, Serializer } from "@colyseus/core";
import { copyPatches } from "./copying-serializer.ts";

type Encoder = Parameters<typeof copyPatches>[0];

/**
 * Sees to it that what a room's state sends survives lines that are full (see `copyPatches`): with a chat beside it they are full more often. Knows serializers by what
 * they have, since a studio's process may have its own copy of Colyseus. A state that is not a schema is left alone.
 */
export const copyStateOf = (room: Room): void => {
  const setSerializer = room.setSerializer.bind(room);
  const current: unknown = Reflect.get(room, "_serializer");
  copyNow(current);
  room.setSerializer = (serializer: Serializer<unknown>) => {
    copyOnReset(serializer);
    setSerializer(serializer);
  };
};

const copyOnReset = (serializer: Serializer<unknown>): void => {
  const reset = serializer.reset.bind(serializer);
  serializer.reset = (state: unknown) => {
    reset(state);
    copyNow(serializer);
  };
};

const copyNow = (serializer: unknown): void => {
  const encoder: unknown =
    typeof serializer === "object" && serializer !== null ? Reflect.get(serializer, "encoder") : undefined;
  if (isEncoder(encoder)) copyPatches(encoder);
};

const isEncoder = (value: unknown): value is Encoder =>
  typeof value === "object" &&
  value !== null &&
  ["encode", "encodeAll"].every((part) => typeof Reflect.get(value, part) === "function");
