// The messages of the map of an archive, in both languages.

export const archiveZh = {
  'archive.label': '归档地图',
  'archive.still': '静态归档，不含个人信息',
  'archive.opening': '正在打开归档…',
  'archive.foreign': '不能打开其他网站的归档',
  'archive.foreignHint': '把归档放到本页所在的网站，或由管理员在 index.html 的 hearthmap-archives 中写明允许的网站。',
  'archive.unreadable': '归档打不开',
  'archive.unreadableHint': '请检查地址是否正确，以及服务器是否支持分段读取（Range）；归档由 hearthmap tiles export 生成。',
  'archive.noStyle': '这个归档不是装户图生成的，没有自带样式。',
}

export const archiveEn: Record<keyof typeof archiveZh, string> = {
  'archive.label': 'Map of an archive',
  'archive.still': 'A still archive without personal data',
  'archive.opening': 'Opening the archive…',
  'archive.foreign': 'Archives of other sites are not opened',
  'archive.foreignHint': 'Put the archive on the site of this page, or have its site named in hearthmap-archives of index.html.',
  'archive.unreadable': 'The archive cannot be opened',
  'archive.unreadableHint': 'Check the address, and that its server answers range requests; hearthmap tiles export writes archives.',
  'archive.noStyle': 'This archive was not made by Hearthmap and has no style of its own.',
}
