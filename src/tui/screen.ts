import type { CliRenderer, KeyEvent, MouseEvent, OptimizedBuffer, RGBA } from "@opentui/core";
import { fit } from "./fit.ts";
import type { Size } from "./layout.ts";
import type { Style } from "./palette.ts";
import type { Message } from "./step.ts";
import type { Rect, Surface } from "./surface.ts";
import { colorIn, THEMES, type Theme } from "./theme.ts";

/** The terminal library, imported when a console really opens. */
export type Library = typeof import("@opentui/core");

/** What lives on a screen. */
export interface Actor {
  /** Paints every cell. It must not throw, and stay under 3 ms. */
  paint(surface: Surface): void;
  /** Hears keys, pastes, the mouse and changes of size. */
  hear(message: Message): void;
}

/**
 * Puts an actor on a renderer: one renderable paints the whole screen, and every input becomes a message.
 * What the actor throws goes to `failed`. `theme` is asked at each frame.
 */
export function play(
  library: Library,
  renderer: CliRenderer,
  actor: Actor,
  failed: (error: unknown) => void,
  theme: () => Theme = () => "dark",
): void {
  const hear = (message: Message): void => {
    try {
      actor.hear(message);
    } catch (error) {
      failed(error);
    }
  };
  const surface = surfaceOn(library);
  class Stage extends library.Renderable {
    protected override renderSelf(buffer: OptimizedBuffer): void {
      actor.paint(surface(buffer, theme()));
    }
    protected override onMouseEvent(event: MouseEvent): void {
      const message = mouseMessage(event);
      if (message !== undefined) hear(message);
    }
  }
  renderer.root.add(new Stage(renderer, { width: "100%", height: "100%" }));
  renderer.keyInput.on("keypress", (event) => hear(keyMessage(event)));
  renderer.keyInput.on("paste", ({ bytes }) =>
    hear({ kind: "paste", text: new TextDecoder().decode(bytes) }),
  );
  renderer.on("resize", () => hear({ kind: "resize", size: sizeOf(renderer) }));
  renderer.on("render:error", ({ error }: { error: Error }) => failed(error));
}

export function sizeOf({ width, height }: CliRenderer): Size {
  return { width, height };
}

/** Overwrites every colour with the terminal's own; bold and inverse stay (no-color.org). */
export function withoutColor(library: Library): (buffer: OptimizedBuffer) => void {
  const foreground = library.RGBA.defaultForeground().buffer;
  const background = library.RGBA.defaultBackground().buffer;
  return (buffer) =>
    buffer.withBuffers(({ fg, bg }) => {
      for (let i = 0; i < fg.length; i += foreground.length) {
        fg.set(foreground, i);
        bg.set(background, i);
      }
    });
}

/** Surfaces over the library's buffer, whose only way to write is text that was made harmless. */
function surfaceOn({
  RGBA: Color,
  TextAttributes,
}: Library): (buffer: OptimizedBuffer, theme: Theme) => Surface {
  const foreground = Color.defaultForeground();
  const background = Color.defaultBackground();
  const table: RGBA[] = Array.from({ length: 256 }, (_, i) => Color.fromIndex(i));
  const colorsOf = (theme: Theme): RGBA[] =>
    table.map((_, color) => table[colorIn(theme, color) ?? -1] ?? foreground);
  const themes = new Map(THEMES.map((theme) => [theme, colorsOf(theme)]));
  const attributes = new Map<Style, number>();
  const attributesOf = (style: Style): number => {
    let bits = attributes.get(style);
    if (bits === undefined) {
      bits = (style.bold ? TextAttributes.BOLD : 0) | (style.inverse ? TextAttributes.INVERSE : 0);
      attributes.set(style, bits);
    }
    return bits;
  };
  return (buffer, theme) => ({
    text(x, y, width, text, style, right) {
      const color = themes.get(theme)?.[style.color ?? -1] ?? foreground;
      if (width > 0) buffer.drawText(fit(text, width, right), x, y, color, background, attributesOf(style));
    },
    clip({ x, y, width, height }: Rect, body) {
      buffer.pushScissorRect(x, y, Math.max(0, width), Math.max(0, height));
      try {
        body();
      } finally {
        buffer.popScissorRect();
      }
    },
  });
}

/** The keymap's name of a key: `ctrl+c`, `shift+tab`, `S`, `?`; `text` is what it types. */
function keyMessage({ name, sequence, shift, ctrl, meta }: KeyEvent): Message {
  const plain = !ctrl && !meta;
  // A key that types something is called what it types, whatever keyboard it lies on.
  if (plain && sequence !== "" && !/^[\x00-\x20\x7f]/.test(sequence)) {
    return { kind: "key", key: sequence, text: sequence };
  }
  if (plain && sequence === " ") return { kind: "key", key: "space", text: " " };
  const modifiers = `${ctrl ? "ctrl+" : ""}${meta ? "alt+" : ""}${shift ? "shift+" : ""}`;
  return { kind: "key", key: modifiers + name };
}

function mouseMessage({ type, button, x, y, scroll }: MouseEvent): Message | undefined {
  if (type === "down" && button === 0) return { kind: "press", x, y };
  if (type !== "scroll" || scroll === undefined) return undefined;
  if (scroll.direction === "up") return { kind: "wheel", x, y, by: -1 };
  return scroll.direction === "down" ? { kind: "wheel", x, y, by: 1 } : undefined;
}
