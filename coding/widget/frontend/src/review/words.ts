/** Words of the agreement and consensus screens, in both languages. */

import { speaker } from "../say";

const en = {
  agreement: "Agreement", unit: "Unit", order: "Order", worst: "Worst first", book: "Codebook order", code: "Code", percent: "% agree",
  alpha: "α Krippendorff", kappa: "κ Cohen", withKappa: "Show κ", withoutKappa: "Hide κ", positive: "positive",
  copy: "Copy", copied: "Copied", undefined: "Undefined.", high: ".8 and above", middle: ".667 to .8", low: "below .667, or no interval",
  whiskers: "Whiskers: {0} % interval. Bold: children merged.", byRound: "By round", pairOf: "Coders", disagreements: "Disagreements",
  walk: "walk", open: "open in the text", settle: "to consensus", none: "No differences at this unit.", more: "Show more", clear: "Show all",
  waiting: "Computing…", gone: "Not connected. Run the cell again.", sentence: "Sentence", character: "Character", paragraph: "Paragraph", turn: "Turn", document: "Document",
  back: "Back to the figures", notCoded: "not coded", undefinedRound: "undefined", methods: "For the methods section", showAll: "Show all of it", showLess: "Show less",
  unused: "{0} code[s] nobody used — show", unusedShown: "{0} code[s] nobody used — hide", open_: "Open {0}", close_: "Close {0}",
};
const zh: typeof en = {
  agreement: "编码员间一致性", unit: "分析单位", order: "排序", worst: "由低到高", book: "按编码手册", code: "代码", percent: "一致率 %",
  alpha: "α Krippendorff", kappa: "κ Cohen", withKappa: "显示 κ", withoutKappa: "隐藏 κ", positive: "正一致",
  copy: "复制", copied: "已复制", undefined: "无法计算。", high: "≥ .8", middle: ".667 至 .8", low: "< .667，或无区间",
  whiskers: "横线：{0}% 区间。粗体：子代码合并。", byRound: "各轮次", pairOf: "编码员", disagreements: "分歧",
  walk: "逐条", open: "在文本中打开", settle: "进入共识", none: "在此分析单位上没有分歧。", more: "显示更多", clear: "全部显示",
  waiting: "计算中…", gone: "未连接，请重新运行此单元格。", sentence: "句子", character: "字符", paragraph: "段落", turn: "话轮", document: "文档",
  back: "返回数据", notCoded: "未编码", undefinedRound: "无法计算", methods: "方法部分文字", showAll: "显示全文", showLess: "收起",
  unused: "{0} 个代码无人使用，显示", unusedShown: "{0} 个代码无人使用，隐藏", open_: "展开 {0}", close_: "收起 {0}",
};
export const tables = { en, zh };
export type Word = keyof typeof en;
export const word = speaker(tables);
export type Say = ReturnType<typeof word>;
