/** Words of the sorting board, in both languages. */

import { speaker } from "../say";

const en = {
  board: "Sorting board", loose: "Loose codes", tree: "Categories", filter: "Filter codes", passages: "Passages", nPassages: "{0} passage[s]", noPassages: "No passage carries this code yet.",
  more: "Show more ({0})", gone: "Not connected. Run the cell again.", open: "open", axial: "axial", selective: "selective", move: "Enter puts {0} under “{1}”. Esc leaves it.",
  relate: "Enter relates “{0}” to “{1}”. Esc leaves it.", merge: "Enter merges “{0}” into “{1}”. Esc leaves it.", relations: "Relations", memos: "Memos", marked: "{0} marked",
  newParent: "Name of the new category", rename: "New name", memoTitle: "Title", memoBody: "What do you see?", note: "Why, in your words", kind: "Kind", save: "Save", cancel: "Cancel",
  theory: "theory", method: "method", code: "code", undone: "Undone: {0}", redone: "Redone: {0}", nothing: "Nothing to undo.", evidence: "Shows the relation",
  table: "Axial table", written: "Written beside the notebook: {0}", shown: "{0} passage[s]", remove: "Remove", top: "Drop here: top level", opens: "Open in the text", empty: "No codes yet. Code a passage, or read a codebook.",
  kWalk: "walk", kMark: "mark", kMove: "put under", kNew: "new category", kTop: "to the top", kStage: "open, axial, selective", kRelate: "relate", kMerge: "merge", kMemo: "memo", kUndo: "undo", kRename: "rename", kPassages: "passages", kFold: "fold", about: "on “{0}”", project: "of the project", aboutWhat: "About",
};
const zh: typeof en = {
  board: "整理板", loose: "零散代码", tree: "范畴", filter: "筛选代码", passages: "片段", nPassages: "{0} 个片段", noPassages: "尚无片段使用此代码。",
  more: "显示更多（{0}）", gone: "未连接，请重新运行此单元格。", open: "开放", axial: "主轴", selective: "选择", move: "按 Enter 将{0}归入“{1}”，按 Esc 取消。",
  relate: "按 Enter 建立“{0}”与“{1}”的关系，按 Esc 取消。", merge: "按 Enter 将“{0}”并入“{1}”，按 Esc 取消。", relations: "关系", memos: "备忘录", marked: "已标记 {0} 个",
  newParent: "新范畴的名称", rename: "新名称", memoTitle: "标题", memoBody: "你看到了什么？", note: "理由", kind: "类型", save: "保存", cancel: "取消",
  theory: "理论", method: "方法", code: "代码", undone: "已撤销：{0}", redone: "已重做：{0}", nothing: "没有可撤销的操作。", evidence: "体现此关系",
  table: "主轴编码表", written: "已写在笔记本旁：{0}", shown: "{0} 个片段", remove: "删除", top: "拖到此处：移到顶层", opens: "在文本中打开", empty: "还没有代码。请先编码，或读入编码手册。",
  kWalk: "逐条", kMark: "标记", kMove: "归入", kNew: "新建范畴", kTop: "移到顶层", kStage: "开放、主轴、选择", kRelate: "关系", kMerge: "合并", kMemo: "备忘录", kUndo: "撤销", kRename: "改名", kPassages: "片段", kFold: "收起", about: "关于“{0}”", project: "关于整个项目", aboutWhat: "关于",
};
export type Word = keyof typeof en;
export const tables = { en, zh };
export const word = speaker(tables);
