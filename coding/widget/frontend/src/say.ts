/** Words out of the tables of a screen: the places of values filled in, the number agreed with. */

export type Language = "en" | "zh";
export type Value = string | number;

/**
 * Fill {0}, {1} … in. Letters in brackets after a number stand unless the number is one:
 * "{0} passage[s] in {1} document[s]".
 */
export function filled(text: string, values: Value[]): string {
  return text.replace(/\{(\d)\}([^{}[\]]*)(?:\[(\w+)\])?/g, (_, i: string, between: string, many = "") => {
    const value = values[Number(i)] ?? "";
    return `${value}${between}${Number(value) === 1 ? "" : many}`;
  });
}

/** Give the function that says a word of the tables in a language. */
export function speaker<Word extends string>(tables: Record<Language, Record<Word, string>>) {
  return (language: Language) => (word: Word, ...values: Value[]): string => filled(tables[language][word], values);
}
