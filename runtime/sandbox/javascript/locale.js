// What of Intl interviews use. QuickJS has none: here it speaks English, and German numbers; other languages are named
// as missing and not guessed.
const { apply } = Reflect;
const { defineProperty } = Object;
const SEPARATORS = { en: [",", "."], de: [".", ","] };
const CURRENCIES = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹" };
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function languageOf(locales, speaks) {
  const asked = Array.isArray(locales) ? locales[0] : locales;
  const tag = asked === undefined || asked === null ? "en-US" : String(asked);
  const language = tag.split("-")[0].toLowerCase();
  if (!speaks.includes(language)) throw new RangeError(`Intl is not available here for ${tag}: there is ${speaks.join(", ")}`);
  return [language, tag];
}

// ---- numbers --------------------------------------------------------------------------------------------------------

const grouped = (digits, mark) => digits.replace(/\B(?=(\d{3})+$)/g, mark);

/** The digits of a number, rounded half away from zero in decimal as ICU does. */
function rounded(value, least, most) {
  if (typeof value === "bigint") return [String(value), "0".repeat(least)];
  const plain = String(value).includes("e") ? value.toFixed(Math.min(most, 100)) : String(value);
  let [whole, fraction = ""] = plain.includes("e") ? [String(BigInt(value))] : plain.split(".");
  if (fraction.length > most) {
    const up = fraction[most] >= "5" ? 1n : 0n;
    const kept = String(BigInt(whole + fraction.slice(0, most)) + up).padStart(most + 1, "0");
    whole = kept.slice(0, kept.length - most);
    fraction = kept.slice(kept.length - most);
  }
  fraction = fraction.replace(/0+$/, "").padEnd(least, "0");
  return [whole, fraction];
}

class NumberFormat {
  #language;
  #options;
  constructor(locales, options = {}) {
    const [language, locale] = languageOf(locales, ["en", "de"]);
    const { style = "decimal", currency, useGrouping = true, notation = "standard" } = options;
    if (style === "currency" && !currency) throw new TypeError("Currency code is required with currency style.");
    if (style === "unit" || notation !== "standard") throw new RangeError("Intl is not available here for units and notations");
    const digits = style === "currency" ? (currency === "JPY" ? [0, 0] : [2, 2]) : style === "percent" ? [0, 0] : [0, 3];
    const least = options.minimumFractionDigits ?? Math.min(digits[0], options.maximumFractionDigits ?? digits[0]);
    const most = options.maximumFractionDigits ?? Math.max(digits[1], least);
    if (least > most || most > 100 || least < 0) throw new RangeError("maximumFractionDigits value is out of range.");
    this.#language = language;
    this.#options = { ...options, locale, style, currency, useGrouping, minimumFractionDigits: least, maximumFractionDigits: most };
    this.format = (value) => this.#text(value);
    defineProperty(this, "format", { enumerable: false });
  }
  #text(given) {
    const { style, currency, useGrouping, minimumFractionDigits, maximumFractionDigits } = this.#options;
    const { minimumIntegerDigits = 1, maximumSignificantDigits, signDisplay = "auto" } = this.#options;
    const [group, point] = SEPARATORS[this.#language];
    let value = typeof given === "bigint" ? given : Number(given);
    const negative = value < 0 || Object.is(value, -0);
    if (negative) value = -value;
    if (style === "percent") value = typeof value === "bigint" ? value * 100n : Number((value * 100).toPrecision(15));
    let body;
    if (value !== value) body = "NaN";
    else if (value === Infinity) body = "∞";
    else {
      let [least, most] = [minimumFractionDigits, maximumFractionDigits];
      if (maximumSignificantDigits) {
        value = Number(Number(value).toPrecision(maximumSignificantDigits));
        [least, most] = [0, 100];
      }
      const [whole, fraction] = rounded(value, least, most);
      const digits = whole.padStart(minimumIntegerDigits, "0");
      body = (useGrouping ? grouped(digits, group) : digits) + (fraction ? point + fraction : "");
    }
    const sign = negative && signDisplay !== "never" ? "-" : signDisplay === "always" || (signDisplay === "exceptZero" && value) ? "+" : "";
    const english = this.#language === "en";
    if (style === "percent") return sign + body + (english ? "%" : " %");
    if (style !== "currency") return sign + body;
    const mark = CURRENCIES[currency] ?? currency + (english ? " " : "");
    return english ? sign + mark + body : `${sign}${body} ${mark}`;
  }
  resolvedOptions() {
    return { numberingSystem: "latn", ...this.#options };
  }
}

// ---- dates ----------------------------------------------------------------------------------------------------------

const two = (number) => String(number).padStart(2, "0");
const WHOLE_DATE = { year: "numeric", month: "numeric", day: "numeric" };
const WHOLE_TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };
const DATE_STYLES = {
  full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  long: { year: "numeric", month: "long", day: "numeric" },
  medium: { year: "numeric", month: "short", day: "numeric" },
  short: { year: "2-digit", month: "numeric", day: "numeric" },
};
const DATE_PARTS = ["weekday", "year", "month", "day"];
const TIME_PARTS = ["hour", "minute", "second"];

class DateTimeFormat {
  #options;
  constructor(locales, options = {}, otherwise = WHOLE_DATE) {
    const [, locale] = languageOf(locales, ["en"]);
    if (!/^en(-US)?$/i.test(locale)) throw new RangeError(`Intl is not available here for dates in ${locale}: there is en-US`);
    const { timeZone = "UTC" } = options;
    if (!/^(utc|gmt|etc\/utc)$/i.test(timeZone)) throw new RangeError(`Intl is not available here for the time zone ${timeZone}: there is UTC`);
    const { dateStyle, timeStyle } = options;
    let parts = options;
    if (dateStyle || timeStyle)
      parts = { ...(dateStyle && DATE_STYLES[dateStyle]), ...(timeStyle && WHOLE_TIME), ...(timeStyle === "short" && { second: undefined }), hour12: options.hour12, join: /full|long/.test(dateStyle) ? " at " : ", " };
    else if (![...DATE_PARTS, ...TIME_PARTS].some((part) => options[part])) parts = { ...options, ...otherwise };
    this.#options = { ...parts, locale, timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" };
    this.format = (date) => this.#text(date === undefined ? new Date() : new Date(date));
    defineProperty(this, "format", { enumerable: false });
  }
  #text(date) {
    if (Number.isNaN(date.getTime())) throw new RangeError("Invalid time value");
    const { weekday, year, month, day, hour, minute, second, hour12, hourCycle, join = ", " } = this.#options;
    const named = (names, index, style) => (style === "long" ? names[index] : names[index].slice(0, style === "narrow" ? 1 : 3));
    const years = year && (year === "2-digit" ? two(date.getUTCFullYear() % 100) : String(date.getUTCFullYear()));
    const days = day && (day === "2-digit" ? two(date.getUTCDate()) : String(date.getUTCDate()));
    const pieces = [];
    if (weekday) pieces.push(named(DAYS, date.getUTCDay(), weekday));
    if (month === "long" || month === "short" || month === "narrow") {
      pieces.push(named(MONTHS, date.getUTCMonth(), month) + (days ? ` ${days}` : ""));
      if (years) days ? pieces.push(years) : (pieces[pieces.length - 1] += ` ${years}`);
    } else {
      const months = month && (month === "2-digit" ? two(date.getUTCMonth() + 1) : String(date.getUTCMonth() + 1));
      const numbers = [months, days, years].filter(Boolean);
      if (numbers.length) pieces.push(numbers.join("/"));
    }
    const dated = pieces.join(", ");
    let timed = "";
    if (hour || minute || second) {
      const whole = date.getUTCHours();
      const half = hour12 ?? (hourCycle ? /h1[12]/.test(hourCycle) : true);
      const hours = half ? whole % 12 || 12 : whole;
      const shown = [hour && (hour === "2-digit" || !half ? two(hours) : String(hours)), minute && (hour || second ? two(date.getUTCMinutes()) : String(date.getUTCMinutes())), second && (minute ? two(date.getUTCSeconds()) : String(date.getUTCSeconds()))];
      timed = shown.filter(Boolean).join(":") + (hour && half ? (whole < 12 ? " AM" : " PM") : "");
    }
    return [dated, timed].filter(Boolean).join(join);
  }
  resolvedOptions() {
    return { ...this.#options };
  }
}

// ---- the order of texts ---------------------------------------------------------------------------------------------

const MARKS = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
const { normalize, toLowerCase, codePointAt } = String.prototype;

// Of a letter: its place in the alphabet, its accents, whether it is small. White space, marks, digits, letters.
function weighed(text, numeric) {
  const weights = [];
  for (const [piece] of apply(normalize, text, ["NFD"]).matchAll(numeric ? /\d+|[\s\S]\p{M}*/gu : /[\s\S]\p{M}*/gu)) {
    const base = String.fromCodePoint(piece.codePointAt(0));
    if (numeric && /^\d/.test(piece)) weights.push([2e6, BigInt(piece), "", 0]);
    else {
      const small = apply(toLowerCase, base, []);
      const mark = MARKS.indexOf(base);
      const code = apply(codePointAt, small, [0]);
      const rank = /\s/.test(base) ? code : mark >= 0 ? 1e5 + mark : /\d/.test(base) ? 2e6 + code : 3e6 + code;
      weights.push([rank, 0n, piece.slice(base.length), small === base ? 0 : 1]);
    }
  }
  return weights;
}

class Collator {
  constructor(locales, options = {}) {
    languageOf(locales, ["en", "de"]);
    const { numeric = false, sensitivity = "variant", caseFirst = "false" } = options;
    this.compare = (a, b) => {
      if (a === b) return 0;
      const [left, right] = [weighed(String(a), numeric), weighed(String(b), numeric)];
      const length = Math.min(left.length, right.length);
      for (let index = 0; index < length; index++) {
        if (left[index][0] !== right[index][0]) return left[index][0] < right[index][0] ? -1 : 1;
        if (left[index][1] !== right[index][1]) return left[index][1] < right[index][1] ? -1 : 1;
      }
      if (left.length !== right.length) return left.length < right.length ? -1 : 1;
      if (sensitivity === "accent" || sensitivity === "variant")
        for (let index = 0; index < length; index++)
          if (left[index][2] !== right[index][2]) return left[index][2] < right[index][2] ? -1 : 1;
      if (sensitivity === "case" || sensitivity === "variant")
        for (let index = 0; index < length; index++)
          if (left[index][3] !== right[index][3]) return left[index][3] < right[index][3] === (caseFirst !== "upper") ? -1 : 1;
      return 0;
    };
    defineProperty(this, "compare", { enumerable: false });
  }
  resolvedOptions() {
    return { locale: "en-US", usage: "sort" };
  }
}

class PluralRules {
  #ordinal;
  constructor(locales, { type = "cardinal" } = {}) {
    languageOf(locales, ["en"]);
    this.#ordinal = type === "ordinal";
  }
  select(number) {
    if (!this.#ordinal) return number === 1 ? "one" : "other";
    const [ones, tens] = [number % 10, Math.floor(number / 10) % 10];
    return tens === 1 ? "other" : (["other", "one", "two", "few"][ones] ?? "other");
  }
}

class ListFormat {
  #word;
  constructor(locales, { type = "conjunction" } = {}) {
    languageOf(locales, ["en"]);
    this.#word = type === "disjunction" ? "or" : "and";
  }
  format(list) {
    const items = [...list];
    if (items.length < 3) return items.join(` ${this.#word} `);
    return `${items.slice(0, -1).join(", ")}, ${this.#word} ${items.at(-1)}`;
  }
}

export const Intl = {};
for (const kind of [Collator, DateTimeFormat, ListFormat, NumberFormat, PluralRules]) {
  // As in Node these can be called without `new`.
  const callable = new Proxy(kind, { apply: (target, _this, args) => Reflect.construct(target, args) });
  kind.supportedLocalesOf = (locales) => [locales].flat().filter((tag) => /^en\b/.test(tag));
  defineProperty(Intl, kind.name, { value: callable, writable: true, configurable: true });
}
defineProperty(Intl, Symbol.toStringTag, { value: "Intl", configurable: true });

export function install() {
  const method = (prototype, name, value) => defineProperty(prototype, name, { value, writable: true, configurable: true });
  const collator = new Collator();
  const number = {
    toLocaleString(locales, options) {
      return new NumberFormat(locales, options).format(this);
    },
  }.toLocaleString;
  method(Number.prototype, "toLocaleString", function toLocaleString(locales, options) {
    return apply(number, Number(this), [locales, options]);
  });
  method(BigInt.prototype, "toLocaleString", function toLocaleString(locales, options) {
    return new NumberFormat(locales, options).format(BigInt(this));
  });
  const dated = (name, otherwise) =>
    method(Date.prototype, name, {
      [name](locales, options) {
        if (Number.isNaN(this.getTime())) return "Invalid Date";
        return new DateTimeFormat(locales, options, otherwise).format(this);
      },
    }[name]);
  dated("toLocaleString", { ...WHOLE_DATE, ...WHOLE_TIME });
  dated("toLocaleDateString", WHOLE_DATE);
  dated("toLocaleTimeString", WHOLE_TIME);
  method(String.prototype, "localeCompare", function localeCompare(other, locales, options) {
    const compare = locales === undefined && options === undefined ? collator.compare : new Collator(locales, options).compare;
    return compare(String(this), String(other));
  });
}
