/** Words of the consensus screen, in both languages. */

import { speaker } from "../say";

const en = {
  consensus: "Consensus", hidden: "Coders’ names hidden", shown: "Coders’ names shown", coderA: "Coder A", coderB: "Coder B",
  a: "A", b: "B", both: "Both", union: "Union", intersection: "Intersection", neither: "Neither", redraw: "Redraw",
  keepAs: "Keep as", because: "because", note: "Why, in your words", save: "Save, next", originals: "Originals", never: "never changed",
  legend: "Underline A, overline B, filled: what is kept", skip: "skip, back", undo: "undo", rule: "change the rule", sure: "how sure",
  needsReason: "Choose a reason: 1 to 4.", needsDecision: "Choose a decision first.", needsSpan: "Select the passage in the text.", noShared: "The two share no character here.",
  saved: "Saved", undone: "Undone: {0}", nothing: "Nothing to undo.", gone: "Not connected. Run the cell again.", all: "All settled.", low: "unsure", medium: "fairly sure", high: "sure",
  none: "No differences to settle.", notCoded: "not coded", of: "{0} of {1}",
};
const zh: typeof en = {
  consensus: "共识", hidden: "编码员姓名已隐藏", shown: "显示编码员姓名", coderA: "编码员 A", coderB: "编码员 B",
  a: "A", b: "B", both: "两者", union: "并集", intersection: "交集", neither: "都不取", redraw: "重划",
  keepAs: "保留为", because: "理由", note: "说明", save: "保存，下一条", originals: "原编码", never: "不改动",
  legend: "下划线 A，上划线 B，底色为保留部分", skip: "跳过、返回", undo: "撤销", rule: "需改规则", sure: "把握",
  needsReason: "请选择理由：1 至 4。", needsDecision: "请先选择一种决定。", needsSpan: "请在文本中选取片段。", noShared: "两者在此没有共同的字符。",
  saved: "已保存", undone: "已撤销：{0}", nothing: "没有可撤销的操作。", gone: "未连接，请重新运行此单元格。", all: "已全部商定。", low: "不确定", medium: "较有把握", high: "有把握",
  none: "没有待商定的分歧。", notCoded: "未编码", of: "{0} / {1}",
};
export const tables = { en, zh };
export type Word = keyof typeof en;
export const word = speaker(tables);
export type Say = ReturnType<typeof word>;
