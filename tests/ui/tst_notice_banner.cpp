#include "windowfixture.h"

#include <ui/notices/noticebanner.h>

#include <QLabel>
#include <QPushButton>
#include <QStatusBar>
#include <QToolButton>

using namespace turnspit;

namespace {

Notice notice(const char* key, const char* summary, const char* body = "", const QList<Notice::Button>& buttons = {})
{
    Notice made;
    made.key = QString::fromLatin1(key);
    made.summary = QString::fromLatin1(summary);
    made.body = QString::fromLatin1(body);
    made.buttons = buttons;
    return made;
}

QRect inWindow(const QWidget& widget)
{
    return {widget.mapTo(widget.window(), QPoint()), widget.size()};
}

} // namespace

class TestNoticeBanner : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> f;

    void open()
    {
        f->add("api", ServiceState::Running);
        f->add("mail", ServiceState::Failed);
        f->open();
        f->select("mail");
    }
    NoticeBanner& banner() { return f->window->notices(); }
    QString text() { return banner().isVisible() ? f->part<QLabel>("noticeText").text() : QString(); }
    QString more() { return f->part<QLabel>("noticeMore").isVisible() ? f->part<QLabel>("noticeMore").text() : QString(); }

private Q_SLOTS:
    void init() { f = std::make_unique<WindowFixture>(); }
    void cleanup() { f.reset(); }

    void coversNothingAndMovesNoRow()
    {
        open();
        const QRect row = f->list().visualRect(f->indexOf("api"));
        const QPoint before = f->list().viewport()->mapTo(f->window.get(), row.topLeft());
        banner().show(notice("a", "The host does not answer.", "This window goes on looking for it."));
        f->settle();
        QVERIFY(banner().isVisible());
        const QRect band = inWindow(banner());
        for (const char* const name : {"filterEdit", "serviceView", "whyBar", "toolBar"})
            QVERIFY2(!inWindow(f->part<QWidget>(name)).intersects(band), name);
        QVERIFY(!inWindow(*f->window->statusBar()).intersects(band));
        QVERIFY(inWindow(f->list()).bottom() < band.top());
        QCOMPARE(f->list().viewport()->mapTo(f->window.get(), f->list().visualRect(f->indexOf("api")).topLeft()), before);
    }

    void severalWaitForTheirTurn()
    {
        open();
        banner().show(notice("a", "one"));
        banner().show(notice("b", "two"));
        banner().show(notice("c", "three"));
        QCOMPARE(text(), QStringLiteral("one"));
        QCOMPARE(more(), QStringLiteral("2 more"));
        banner().show(notice("b", "two again")); // in the same place
        banner().close(QStringLiteral("c"));     // is no longer true
        QCOMPARE(text(), QStringLiteral("one"));
        QCOMPARE(more(), QStringLiteral("1 more"));
        f->part<QToolButton>("noticeBannerClose").click();
        QCOMPARE(text(), QStringLiteral("two again"));
        QCOMPARE(more(), QString());
        f->part<QToolButton>("noticeBannerClose").click();
        QVERIFY(!banner().isVisible());
    }

    void aButtonEndsItsNoticeAndSaysWhich()
    {
        open();
        QStringList pressed;
        connect(&banner(), &NoticeBanner::pressed, this,
                [&](const Notice& which, const QString& button) { pressed += which.key + u'/' + button; });
        banner().show(notice("a", "one", "", {{QStringLiteral("details"), QStringLiteral("Details")}}));
        banner().show(notice("b", "two", "", {{QStringLiteral("details"), QStringLiteral("Details")}}));
        f->part<QPushButton>("noticeBanner/details").click();
        QCOMPARE(pressed, QStringList{QStringLiteral("a/details")});
        QCOMPARE(text(), QStringLiteral("two"));
        f->part<QPushButton>("noticeBanner/details").click();
        QCOMPARE(pressed, (QStringList{QStringLiteral("a/details"), QStringLiteral("b/details")}));
        QVERIFY(!banner().isVisible());
    }

    void longTextsWrapInANarrowWindow()
    {
        f->size = QSize(800, 600);
        open();
        banner().show(notice("a", "Turnspit ended unexpectedly at 13:02",
                             "5 services went on, 1 ended meanwhile (exit 1). This goes on for a while, as what a host says about a "
                             "full disk with a long path in it may do, and is still to be read to its end.",
                             {{QStringLiteral("details"), QStringLiteral("Details")}}));
        f->settle();
        QCOMPARE(f->window->width(), 800);
        auto& body = f->part<QLabel>("noticeBody");
        QVERIFY(body.height() >= body.heightForWidth(body.width()));
        QVERIFY(f->list().height() > 0 && inWindow(f->list()).bottom() < inWindow(banner()).top());
    }
};

QTEST_MAIN(TestNoticeBanner)
#include "tst_notice_banner.moc"
