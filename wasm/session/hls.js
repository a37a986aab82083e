// @ts-check

/** @typedef {import("./fetch.js").PlayerSession} PlayerSession */
/**
 * What is needed of the loaders of hls.js.
 *
 * @typedef {{
 *   stats: { loading: { start: number } };
 *   load(context: any, config: any, callbacks: any): void;
 *   abort(): void;
 *   destroy(): void;
 * }} HlsLoader
 */
/** @typedef {new (config: any) => HlsLoader} HlsLoaderClass */

/**
 * What to give to hls.js: `new Hls({ ...hlsConfig(Hls, session) })`. It sends the cookies of the pass
 * along, and where the edge refuses gets a new pass and loads that part once more. hls.js hears of
 * the refusal if that does not help.
 *
 * @template {HlsLoaderClass} L
 * @param {{ DefaultConfig: { loader: L } }} Hls
 * @param {PlayerSession} session
 */
export function hlsConfig({ DefaultConfig }, session) {
  return {
    loader: recoveringLoader(DefaultConfig.loader, session),

    /**
     * @param {XMLHttpRequest} xhr
     * @param {string} url
     */
    xhrSetup(xhr, url) {
      if (session.covers(url)) xhr.withCredentials = true;
    },

    /**
     * @param {{ url: string }} context
     * @param {RequestInit} init
     */
    fetchSetup({ url }, init) {
      return new Request(url, session.covers(url) ? { ...init, credentials: "include" } : init);
    },
  };
}

/**
 * @template {HlsLoaderClass} L
 * @param {L} Loader
 * @param {PlayerSession} session
 * @returns {L}
 */
function recoveringLoader(Loader, session) {
  const Base = /** @type {HlsLoaderClass} */ (Loader);
  class RecoveringLoader extends Base {
    #over = false;

    /**
     * @override
     * @param {any} context
     * @param {any} config
     * @param {any} callbacks
     */
    load(context, config, callbacks) {
      const sentAt = performance.now();
      /** @param {[{ code: number }, ...unknown[]]} refusal */
      const onError = async (...refusal) => {
        const refused = refusal[0].code === 403 && session.covers(context.url);
        const again = refused && (await session.recover(sentAt));
        if (this.#over) return;
        if (!again) return callbacks.onError(...refusal);
        this.stats.loading.start = 0; // A loader that has started does not load again.
        super.load(context, config, callbacks);
      };
      super.load(context, config, { ...callbacks, onError });
    }

    /** @override */
    abort() {
      this.#over = true;
      super.abort();
    }

    /** @override */
    destroy() {
      this.#over = true;
      super.destroy();
    }
  }
  return /** @type {L} */ (/** @type {unknown} */ (RecoveringLoader));
}
