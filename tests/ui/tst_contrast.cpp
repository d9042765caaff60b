#include "backupservice.h"
#include "palettes.h"
#include "windowfixture.h"

#include <ui/edit/toast.h>
#include <ui/logs/logpainter.h>
#include <ui/notices/noticebanner.h>
#include <ui/quit/quitdialog.h>
#include <ui/quit/quitplan.h>
#include <ui/theme/palettecare.h>
#include <ui/theme/tones.h>
#include <ui/window/detailpane.h>

#include <QAbstractButton>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QTabBar>

#include <map>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

constexpr double least = 4.5;

/// Text on a plain ground, as it was painted: the colour that there is most of against the one that differs most from it. Letters must
/// be so large that their stems have pixels of nothing but their own colour.
double measured(const QImage& image)
{
    std::map<QRgb, int> count;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            ++count[image.pixel(x, y)];
    }
    if (count.empty())
        return 0;
    const QRgb ground = std::ranges::max_element(count, {}, [](const auto& each) { return each.second; })->first;
    double most = 1;
    for (const auto& [color, times] : count)
        most = std::max(most, tones::contrast(QColor(color), QColor(ground)));
    return most;
}

} // namespace

/// Text can be read: 4.5:1 at least, measured in what was painted, in light, dark and high contrast.
class TestContrast : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<WindowFixture> m;
    std::unique_ptr<PaletteCare> m_care;
    bool m_isWeak = false;

    void note(const QString& what, const QImage& image)
    {
        const double found = measured(image);
        if (found >= least)
            return;
        m_isWeak = true;
        qWarning("%s: %.2f", qPrintable(what), found);
        if (const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES"); !folder.isEmpty())
            image.save(QDir(folder).filePath(QStringLiteral("weak-%1-%2.png").arg(QString::fromLatin1(QTest::currentDataTag()).replace(u' ', u'-'), QString(what).replace(u' ', u'-').replace(u'/', u'-'))));
    }

    /// Everything visible in it that has text and can be used.
    void noteAll(QWidget& top)
    {
        const QImage whole = top.grab().toImage();
        for (QWidget* const widget : top.findChildren<QWidget*>()) {
            if (!widget->isVisible() || !widget->isEnabled())
                continue;
            const auto* const label = qobject_cast<QLabel*>(widget);
            const auto* const button = qobject_cast<QAbstractButton*>(widget);
            const QString text = label ? label->text() : button ? button->text() : QString();
            if (text.trimmed().isEmpty())
                continue;
            const QRect at(widget->mapTo(&top, QPoint(0, 0)), widget->size());
            // Inside of its frame and without its icon, which have colours of their own.
            const QRect inside = at.adjusted(button ? 6 : 0, button ? 4 : 0, button ? -6 : 0, button ? -4 : 0);
            const auto pixels = [&](int length) { return qRound(length * whole.devicePixelRatio()); };
            if (top.rect().contains(inside))
                note(QStringLiteral("%1 '%2'").arg(widget->objectName(), text.left(30)),
                     whole.copy(pixels(inside.x()), pixels(inside.y()), pixels(inside.width()), pixels(inside.height())));
        }
    }

    [[nodiscard]] static QFont large()
    {
        QFont font = QApplication::font();
        font.setPointSize(22);
        return font;
    }

private Q_SLOTS:
    void initTestCase_data()
    {
        QTest::addColumn<QPalette>("palette");
        for (const auto& [name, palette] : palettes::all())
            QTest::newRow(name) << palette;
    }

    void init()
    {
        QFETCH_GLOBAL(QPalette, palette);
        m_isWeak = false;
        static_cast<void>(palettes::fusion());
        m_care = std::make_unique<PaletteCare>();
        QApplication::setPalette(palette);
        m = std::make_unique<WindowFixture>();
    }
    void cleanup()
    {
        m.reset();
        m_care.reset();
    }

    void linesOfALogCanBeReadWhateverTheirStreamAndColours()
    {
        LogPainter painter;
        painter.setFont(large());
        painter.setPalette(QApplication::palette());
        painter.setTimes(LogTimes::Hidden);
        painter.setWidth(500);
        const auto look = [&](const QString& what, char stream, const QByteArray& style, const LogPainter::Look& how, const QString& found = {}) {
            painter.setHighlight(QRegularExpression(found));
            LogLine line;
            line.stream = stream;
            line.text = style + "WWWHHHMMM";
            QImage image(500, painter.rowHeight(), QImage::Format_RGB32);
            image.fill(QApplication::palette().color(QPalette::Base));
            QPainter on(&image);
            painter.paint(on, line, LogPainter::textOf(line, false), 0, image.rect(), how);
            on.end();
            // From the first cell of the text to its last one.
            note(what, image.copy(painter.textLeft() + 2, 2, static_cast<int>(9 * painter.cellWidth()) - 4, image.height() - 4));
        };
        LogPainter::Look current;
        current.current = true;
        LogPainter::Look selected;
        selected.selected = true;
        std::vector<std::pair<QString, QByteArray>> styles{{QStringLiteral("plain"), {}}};
        for (int color = 0; color < 16; ++color)
            styles.emplace_back(QStringLiteral("colour %1").arg(color), "\x1b[38;5;" + QByteArray::number(color) + 'm');
        for (const int color : {22, 94, 130, 208, 240, 245})
            styles.emplace_back(QStringLiteral("colour %1").arg(color), "\x1b[38;5;" + QByteArray::number(color) + 'm');
        styles.emplace_back(QStringLiteral("on red"), "\x1b[33;41m");
        styles.emplace_back(QStringLiteral("inverse"), "\x1b[7;34m");
        for (const auto& [name, style] : styles) {
            look(name + QStringLiteral(" on stdout"), 'o', style, {});
            look(name + QStringLiteral(" on stderr"), 'e', style, {});
            look(name + QStringLiteral(" found"), 'o', style, {}, QStringLiteral("WWWHHHMMM"));
            look(name + QStringLiteral(" found on stderr, gone to"), 'e', style, current, QStringLiteral("WWWHHHMMM"));
            look(name + QStringLiteral(" gone to"), 'o', style, current);
        }
        QVERIFY(!m_isWeak);
    }

    void timesAndMarksOfALogCanBeRead()
    {
        LogPainter painter;
        painter.setFont(large());
        painter.setPalette(QApplication::palette());
        painter.setWidth(900);
        for (const bool current : {false, true}) {
            for (const char stream : {'o', 'e', 'h'}) {
                LogLine line;
                line.stream = stream;
                line.text = "exit 1";
                QImage image(900, painter.rowHeight(), QImage::Format_RGB32);
                image.fill(QApplication::palette().color(QPalette::Base));
                QPainter on(&image);
                LogPainter::Look look;
                look.current = current;
                painter.paint(on, line, LogPainter::textOf(line, false), 0, image.rect(), look);
                on.end();
                note(QStringLiteral("%1 %2").arg(stream == 'h' ? QStringLiteral("mark") : QStringLiteral("time")).arg(current),
                     image.copy(stream == 'h' ? QRect(40, 2, 300, image.height() - 4) : QRect(2, 2, painter.textLeft() - 16, image.height() - 4)));
            }
        }
        QVERIFY(!m_isWeak);
    }

    void everyTextOfTheWindowCanBeRead()
    {
        // What the desktop itself puts on its buttons is its own choice; styles shade them, which takes a little of it.
        if (const QPalette palette = QApplication::palette(); tones::contrast(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) < 6)
            QSKIP("the palette has less than that itself");
        const QFont before = QApplication::font();
        QApplication::setFont(large());
        using enum ServiceState;
        for (const auto& [name, state] : {std::pair("api", Running), std::pair("mailer", BackingOff), std::pair("sync", Failed), std::pair("typo", Invalid)})
            m->add(name, state);
        addBackup(*m);
        m->size = QSize(2600, 1600);
        m->open();
        for (const char* name : {"backup", "sync", "mailer"}) {
            for (const QString& tab : {tabs::overview, tabs::logs, tabs::runs, tabs::configuration}) {
                m->window->showService(QString::fromLatin1(name), tab);
                m->settle(1s);
                noteAll(*m->window);
            }
        }
        m->part<QAbstractButton>("chip-failed").click();
        Notice notice;
        notice.key = QStringLiteral("a");
        notice.summary = QStringLiteral("sync failed at 02:00");
        notice.body = QStringLiteral("exit 127");
        notice.buttons = {{QStringLiteral("log"), QStringLiteral("Show log")}};
        m->part<NoticeBanner>("noticeBanner").show(notice);
        m->part<Toast>("toast").say(QStringLiteral("api was removed."), {{QStringLiteral("Undo"), {}}});
        m->action("actionPalette").trigger();
        m->settle();
        noteAll(*m->window);
        QApplication::setFont(before);
        QVERIFY(!m_isWeak);
    }

    void everyTextOfTheServiceDialogCanBeRead()
    {
        if (const QPalette palette = QApplication::palette();
            tones::contrast(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) < 6)
            QSKIP("the palette has less than that itself");
        const QFont before = QApplication::font();
        QApplication::setFont(large());
        m->open();
        m->action("actionAdd").trigger();
        m->settle();
        auto& dialog = m->part<QDialog>("serviceDialog");
        dialog.resize(2000, 1400);
        HostFixture::part<QLineEdit>(dialog, "commandEdit").setText(QStringLiteral("date"));
        HostFixture::part<QAbstractButton>(dialog, "kindScheduled").click();
        auto& kind = HostFixture::part<QComboBox>(dialog, "scheduleKindBox");
        kind.setCurrentIndex(kind.count() - 1);
        m->settle(1s);
        QVERIFY(HostFixture::part<QWidget>(dialog, "cronHelp").isVisible() && HostFixture::part<QWidget>(dialog, "cronHelp").isEnabled());
        noteAll(dialog);
        QApplication::setFont(before);
        QVERIFY(!m_isWeak);
    }

    void theButtonsThatKillCanBeRead()
    {
        if (const QPalette palette = QApplication::palette(); tones::contrast(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) < 6)
            QSKIP("the palette has less than that itself");
        const QFont before = QApplication::font();
        QApplication::setFont(large());
        for (const char* name : {"api", "mailer"}) {
            m->add(name, ServiceState::Running);
            m->session->beginRun(QString::fromLatin1(name));
            m->session->holdTransitions(QString::fromLatin1(name));
        }
        m->open();
        QuitPlan plan(*m->session, m->window->mirror());
        plan.begin();
        m->settle(1s);
        QuitDialog quit(plan);
        quit.resize(1600, 900);
        quit.show();
        QVERIFY(QTest::qWaitForWindowExposed(&quit));
        m->settle();
        noteAll(quit);
        QApplication::setFont(before);
        QVERIFY(!m_isWeak);
    }
};

QTEST_MAIN(TestContrast)
#include "tst_contrast.moc"
