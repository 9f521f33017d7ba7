/** Words of the search screen, in both languages. */

import { speaker } from "../say";

const en = {
  search: "Search", query: "Words, \"a phrase\", prefix*, AND OR NOT, NEAR/5", go: "Search", found: "{0} place[s] in {1} document[s]", none: "Nothing found.",
  more: "Show more ({0})", gone: "Not connected. Run the cell again.", memo: "memo", coding: "coded", text: "text", all: "All", walk: "walk", open: "open in the text",
  back: "back to the list", again: "search", at: "{0} of {1}", waiting: "Searching…", list: "Places", next: "Next", previous: "Previous",
};
const zh: typeof en = {
  search: "检索", query: "词语、“短语”、前缀*、AND OR NOT、NEAR/5", go: "检索", found: "{1} 份文档中的 {0} 处", none: "未找到。",
  more: "显示更多（{0}）", gone: "未连接，请重新运行此单元格。", memo: "备忘录", coding: "编码", text: "文本", all: "全部", walk: "逐条", open: "在文本中打开",
  back: "返回列表", again: "检索", at: "{0} / {1}", waiting: "正在检索……", list: "检索结果", next: "下一处", previous: "上一处",
};
export type Word = keyof typeof en;
export const tables = { en, zh };
export const word = speaker(tables);
