"""Mail providers that anybody may use: their domain tells of no organization."""

FREE_MAIL_DOMAINS = frozenset(
    """
    gmail.com googlemail.com yahoo.com ymail.com rocketmail.com yahoo.co.uk yahoo.co.jp
    yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.in yahoo.co.in yahoo.com.au
    yahoo.com.br yahoo.com.mx yahoo.com.ar yahoo.com.hk yahoo.com.sg yahoo.com.vn
    yahoo.com.ph yahoo.com.tw kimo.com yahoo.com.cn yahoo.cn
    hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es hotmail.com.tw
    outlook.com outlook.fr outlook.de outlook.es outlook.jp outlook.com.tw live.com
    live.co.uk live.fr live.nl live.be live.cn live.ca live.in live.com.mx msn.com
    windowslive.com passport.com
    icloud.com me.com mac.com aol.com mail.com email.com gmx.com gmx.de gmx.net gmx.at
    gmx.ch gmx.fr web.de t-online.de freenet.de online.de arcor.de mailbox.org posteo.de
    proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com hey.com zoho.com
    zohomail.com hushmail.com yandex.com yandex.ru mail.ru bk.ru list.ru inbox.ru
    rambler.ru ukr.net abv.bg seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl
    orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net voila.fr bbox.fr skynet.be
    telenet.be bluewin.ch libero.it virgilio.it tiscali.it alice.it tin.it
    btinternet.com
    sky.com virginmedia.com talktalk.net comcast.net verizon.net att.net sbcglobal.net
    bellsouth.net cox.net charter.net shaw.ca rogers.com videotron.ca bigpond.com
    optusnet.com.au xtra.co.nz rediffmail.com uol.com.br bol.com.br terra.com.br
    naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp
    qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net sina.com
    sina.cn vip.sina.com sohu.com 139.com 189.cn wo.cn aliyun.com tom.com 21cn.com
    263.net
    msa.hinet.net hinet.net seed.net.tw pchome.com.tw so-net.net.tw giga.net.tw
    url.com.tw netvigator.com singnet.com.sg
    """.split()
)


def mail_domain(address: str | None) -> str:
    """The organization's domain of an address, or nothing.

    >>> mail_domain("ann@archers.example")
    'archers.example'
    >>> mail_domain("Ann@GMAIL.com")
    ''
    >>> mail_domain("not an address")
    ''
    """
    _name, at, domain = (address or "").strip().casefold().rpartition("@")
    return domain if at and domain not in FREE_MAIL_DOMAINS else ""
