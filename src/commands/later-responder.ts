import type { Responder } from "../model/block.ts";

/** A responder that is loaded when it is first asked: the first frame does not wait for it. */
export function laterResponder(load: () => Promise<Responder>): Responder {
  let loading: Promise<Responder> | undefined;
  let loaded: Responder | undefined;
  const responder = async (): Promise<Responder> => {
    loading ??= load();
    loaded = await loading;
    return loaded;
  };
  return {
    get forbidden() {
      return loaded?.forbidden;
    },
    preview: async (...asked) => (await responder()).preview(...asked),
    arm: async (...asked) => (await responder()).arm(...asked),
    confirm: async (...asked) => (await responder()).confirm(...asked),
    unblock: async (...asked) => (await responder()).unblock(...asked),
    blocks: async () => (await responder()).blocks(),
  };
}
