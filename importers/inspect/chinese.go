package inspect

// chinese are the formats of Text in Chinese, their verbs in the same order.
var chinese = map[string]string{
	"file      %s, %s, %s": "文件      %s，%s，%s",

	"kind      %s, as given":                                    "种类      %s（已指定）",
	"kind      not recognised; name it with --kind to see more": "种类      未能识别；请用 --kind 指定",
	"kind      %s": "种类      %s",
	"kind      %s, but not for certain: name it with --kind": "种类      %s，但不能确定：请用 --kind 指定",

	"encoding  %s": "编码      %s",
	"encoding  cannot be told; shown as %s. An import needs --encoding": "编码      不能确定，按 %s 显示；导入时需要 --encoding",
	"                         reads %s":                                 "                         读作 %s",

	"layers":             "图层  ",
	"sheets":             "工作表",
	"read":               "读取",
	"not read":           "未读取",
	"not read: hidden":   "未读取：隐藏",
	"not read: no table": "未读取：没有表格",
	"not read: lacks %s": "未读取：缺少%s",
	", %d rows":          "，%d 行",
	", names in row %d":  "，列名在第 %d 行",
	"%s    %s is shown, but not for certain: name the one to read with %s": "%s    显示的是 %s，但不能确定：请用 %[3]s 指定",
	"          and %d more": "          另有 %d 个",

	"header    in row %d":          "表头      在第 %d 行",
	"crs       %s, %s":             "坐标系    %s，%s",
	"as given":                     "已指定",
	"as the file says":             "按文件所述",
	"for want of another word":     "文件未注明，按默认",
	" An import needs --crs.":      "导入时需要 --crs。",
	" Say which it is with --crs.": "请用 --crs 指明。",

	"columns":                  "列",
	"not used":                 "未使用",
	" (mapping)":               "（映射）",
	"  %s → %s %6d filled  %s": "  %s → %s %6d 个值  %s",
	"      %d dates in no known form; see date_formats of mapping files": "      %d 个日期的写法不认识；见映射文件的 date_formats",
	"      unknown word %q, %d times":                                    "      不认识的词 %q，%d 次",
	"  missing: %s":                                                      "  缺少：%s",

	"rows      %d: %d good, %d with a problem (duplicates and references are found by import --dry-run)": "行        %d：%d 行正常，%d 行有问题（重复和引用由 import --dry-run 检查）",
	" in %s":                       "，%s 列",
	"           first in row %s%s": "           最早在第 %s 行%s",
	"note      %s":                 "说明      %s",
}
