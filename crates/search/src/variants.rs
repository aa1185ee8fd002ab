//! Traditional characters that occur in goods, brands and offices, with their simplified forms.

/// Pairs: traditional, simplified.
const PAIRS: &str = "復复印印紙纸電电腦脑筆笔記记機机頭头視视顯显線线鍵键盤盘滑滑鼠鼠標标碼码墨墨盒盒硒硒鼓鼓夾夹書书櫃柜櫥橱桌桌\
椅椅燈灯臺台風风扇扇調调衛卫淨净潔洁劑剂掃扫帚帚拖拖帶带膠胶釘钉針针剪剪張张幣币車车輛辆維维修修險险費费務务業业設设備备計计\
算算器器儀仪錶表溫温濕湿體体試试驗验藥药醫医療疗護护膚肤罩罩單单雙双層层開开關关門门窗窗鎖锁鐵铁鋼钢銅铜鋁铝銀银金金屬属塑塑\
料料纖纤織织布布絲丝綿绵被被褥褥衣衣褲裤鞋鞋襪袜帽帽傘伞廚厨餐餐飯饭鍋锅碗碗盆盆壺壶杯杯熱热冷冷凍冻冰冰箱箱櫃柜爐炉烤烤煙烟\
酒酒茶茶糧粮油油鹽盐醬酱醋醋糖糖麵面雞鸡鴨鸭魚鱼蝦虾豬猪牛牛羊羊蛋蛋奶奶蘋苹果果棗枣薑姜蒜蒜蔥葱豆豆類类種种樣样個个條条塊块\
張张雙双對对組组套套裝装包包袋袋瓶瓶罐罐桶桶噸吨毫毫釐厘長长寬宽厚厚輕轻節节能能環环保保進进口口國国產产中中華华東东濟济臨临\
沂沂煙烟臺台濰潍坊坊歷历區区縣县鎮镇鄉乡學学校校辦办公公室室廳厅館馆圖图網网絡络路路由由交交換换無无線线藍蓝牙牙讀读寫写錄录影影\
攝摄像像監监控控報报警警滅灭火火器器應应急急燈灯梯梯繩绳閘闸閥阀管管線线纜缆插插座座電电池池充充電电寶宝投投影影儀仪幕幕會会議议\
聲声響响話话筒筒音音樂乐鋼钢琴琴號号鼓鼓球球拍拍運运動动場场漆漆噴喷塗涂牆墙磚砖瓷瓷玻玻璃璃鏡镜框框畫画框框掛挂鉤钩貼贴簽签\
聯联想想華华為为惠惠普普戴戴爾尔晨晨鳴鸣得得力力齊齐心心廣广博博愛爱普普生生兄兄弟弟佳佳能能海海爾尔信信美美的的格格蘇苏泊泊爾尔\
導导購购價价質质優优點点選选擇择備备註注冊册簿簿檔档案案證证發发貨货運运輸输訂订製制作作軟软硬硬碟碟內内存存儲储固固態态顯显卡卡\
處处理理伺伺服服務务安安全全衝冲擊击鑽钻電电鋸锯鉗钳錘锤螺螺絲丝刀刀膠胶布布雜杂誌志報报紙纸課课黑黑板板擦擦粉粉尺尺規规橡橡皮皮";

/// The simplified form of a character, or the character itself.
pub(crate) fn simplified(c: char) -> char {
    if (c as u32) < 0x4e00 {
        return c;
    }
    TABLE.with(|t| t.get(&c).copied().unwrap_or(c))
}

thread_local! {
    static TABLE: std::collections::HashMap<char, char> = {
        let signs: Vec<char> = PAIRS.chars().collect();
        signs.chunks_exact(2).filter(|p| p[0] != p[1]).map(|p| (p[0], p[1])).collect()
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_made_of_pairs() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        let simple: String = "電腦復印紙雞蛋聯想歷城區".chars().map(simplified).collect();
        assert_eq!(simple, "电脑复印纸鸡蛋联想历城区");
    }
}
