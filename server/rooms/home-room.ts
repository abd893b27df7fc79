import type { Schema } from "@colyseus/schema";
import type { House } from "./house.ts";
import { SeatRoom } from "./seat-room.ts";

/** The class of this process's home rooms: seats for players who have no guild open. They show no state; what is said in channels comes by following them. */
export const makeHomeRoom = (house: House) =>
  class HomeRoom extends SeatRoom<Schema> {
    protected override get house(): House {
      return house;
    }

    override onCreate(): void {
      this.open();
    }

    override started(): void {}

    override ended(): void {}

    override checkOnline(): void {}
  };
