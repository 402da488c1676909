import type { RollError } from "../../../core/errors.ts";
import type { Terms } from "./handshake.ts";
import { connect, type Link } from "./link.ts";
import { type Place, placeText, type Route } from "./place.ts";

/** Connects to hosts, over their jump hosts where they have some. A connection to a jump host is shared by all who come the same way. */
export class Ways {
  readonly #terms: Terms;
  readonly #jumps = new Map<string, Promise<Link>>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** Throws RollErrors. */
  async reach(route: Route): Promise<Link> {
    let through: Link | undefined;
    let via: Place | undefined;
    let way = "";
    for (const place of route.jump) {
      const [before, wanted] = [through, { host: route.name, place, via }];
      way += ` ${placeText(place)} ${place.fingerprints.join()}`;
      through = await this.#shared(way, () => connect(wanted, before, this.#terms));
      via = place;
    }
    return connect({ host: route.name, place: route, via }, through, this.#terms);
  }

  close(why: RollError): void {
    for (const jump of this.#jumps.values())
      void jump.then(
        (link) => link.end(why),
        () => {}, // Told to who waited for it.
      );
  }

  async #shared(way: string, open: () => Promise<Link>): Promise<Link> {
    const there = this.#jumps.get(way);
    if (there !== undefined) return there;
    const made = open();
    const forget = (): void => {
      if (this.#jumps.get(way) === made) this.#jumps.delete(way);
    };
    this.#jumps.set(way, made);
    made.then((link) => void link.gone.then(forget), forget);
    return made;
  }
}
