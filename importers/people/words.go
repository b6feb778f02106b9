package people

// Text is a code in the two languages of the product.
type Text struct{ Zh, En string }

// Words are the texts of codes and caps.
var Words = map[string]Text{
	string(NumberEqual):    {"身份证号相同", "same identity number"},
	string(NumberMissing):  {"至少一方无身份证号", "no identity number on one side"},
	string(NumberDigit):    {"身份证号差一位或相邻两位颠倒", "identity numbers differ by a digit or a swap"},
	string(NumberArea):     {"身份证号仅地区码不同", "identity numbers differ in the area only"},
	string(NumberSequence): {"身份证号仅顺序码不同", "identity numbers differ in the sequence only"},
	string(NumberDiffer):   {"身份证号不同", "different identity numbers"},

	string(NameEqual):     {"姓名相同", "same name"},
	string(NameVariant):   {"姓名为异体字", "name in variant characters"},
	string(NameHomophone): {"姓名同音", "names sound alike"},
	string(NameOneChar):   {"姓名差一字", "names differ by a character"},
	string(NameShort):     {"姓名缺一字", "a character of the name is missing"},
	string(NameOrder):     {"姓名字序颠倒", "characters of the name swapped"},
	string(NameSurname):   {"仅姓相同", "only the surname is the same"},
	string(NameDiffer):    {"姓名不同", "different names"},
	string(NameMissing):   {"无姓名", "no name on one side"},

	string(BirthEqual):    {"出生日期相同", "same date of birth"},
	string(BirthSwapped):  {"出生月日颠倒", "day and month of birth swapped"},
	string(BirthDigit):    {"出生日期差一位", "dates of birth differ by a digit"},
	string(BirthYear):     {"出生年份差一位", "years of birth differ by a digit"},
	string(BirthCalendar): {"出生日期可能为农历与公历", "dates of birth as by the two calendars"},
	string(BirthNewYear):  {"一方出生日期只到年", "one date of birth is 1 January"},
	string(BirthDiffer):   {"出生日期不同", "different dates of birth"},
	string(BirthMissing):  {"缺出生日期", "no date of birth on one side"},

	string(SexEqual):   {"性别相同", "same sex"},
	string(SexDiffer):  {"性别不同", "different sex"},
	string(SexMissing): {"缺性别", "no sex on one side"},

	string(PhoneEqual):   {"电话相同", "same phone"},
	string(PhoneDiffer):  {"电话不同", "different phones"},
	string(PhoneMissing): {"缺电话", "no phone on one side"},

	string(HomeUnit):     {"同一户室", "same unit"},
	string(HomeBuilding): {"同一楼栋", "same building"},
	string(HomeCompound): {"同一小区", "same compound"},
	string(HomeArea):     {"同一社区", "same community"},
	string(HomeDiffer):   {"不同社区", "different communities"},
	string(HomeMissing):  {"缺住址", "no home on one side"},

	string(RelationEqual):  {"与户主关系相同", "same relation to the head"},
	string(RelationDiffer): {"与户主关系不同", "different relations to the head"},
	string(Listed):         {"同一名册同一户列出两人", "one file lists both in one household"},
	string(TwoHomes):       {"两处居住", "lives in two units"},

	string(CapNumbers):     {"两个有效身份证号，须人工核对", "two valid identity numbers: a person must look"},
	string(CapName):        {"姓名有差异，可能为双胞胎或亲属", "the names differ: perhaps twins or relatives"},
	string(CapBirth):       {"出生日期有差异，可能为亲属", "the dates of birth differ: perhaps relatives"},
	string(CapSex):         {"性别不同，须人工核对", "the sex differs: a person must look"},
	string(CapCoincidence): {"仅姓名与出生日期相同，可能为巧合", "name and birth alone may be a coincidence"},
	string(CapListed):      {"同一名册同一户列出两人", "one file has both in one household"},
}

// Word is the text of a code, or the code itself.
func Word(code string, zh bool) string {
	t, ok := Words[code]
	switch {
	case !ok:
		return code
	case zh:
		return t.Zh
	}
	return t.En
}
