#pragma once

#include "hostfixture.h"

#include <ui/logs/logfeed.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>

#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QToolButton>

namespace turnspit::test {

/// A LogPane on the screen over a host in memory.
struct LogFixture : HostFixture
{
    static inline const QString service = QStringLiteral("flood");

    std::unique_ptr<LogPane> pane;

    LogFixture()
    {
        pane = std::make_unique<LogPane>(*session);
        pane->resize(700, 400);
        pane->show();
        if (!QTest::qWaitForWindowExposed(pane.get()))
            qFatal("no window");
    }

    static QByteArray lineText(quint64 n) { return "line " + QByteArray::number(n); }

    LogFeed& feed() { return pane->feed(); }
    LogView& view() { return *pane->view(); }
    QScrollBar& bar() { return *view().verticalScrollBar(); }

    template <class T>
    T& part(const char* name)
    {
        T* const found = pane->findChild<T*>(QLatin1StringView(name));
        if (!found)
            qFatal("there is no %s", name);
        return *found;
    }
    QToolButton& pill() { return part<QToolButton>("newLinesPill"); }
    QString status() { return part<QLabel>("logStatus").text(); }

    /// Everything that is due within this time, including what waits in the event queue.
    void settle(std::chrono::nanoseconds time = {})
    {
        for (int i = 0; i < 12; ++i) {
            clock.advance(std::exchange(time, std::chrono::nanoseconds{}));
            QCoreApplication::processEvents();
        }
    }

    /// As settle, in steps of a frame: what waits for a frame and then asks again comes to its end.
    void run(int frames = 10)
    {
        for (int i = 0; i < frames; ++i)
            settle(std::chrono::milliseconds(50));
    }

    QByteArray textAt(quint64 line)
    {
        const LogLine* const held = feed().line(line);
        return held ? held->text : QByteArray("(not here)");
    }
    QByteArray topText() { return textAt(view().topLine()); }
    QByteArray lastText() { return feed().rows() > 0 ? textAt(feed().lineAt(feed().rows() - 1)) : QByteArray("(empty)"); }

    /// The numbers of all rows.
    QList<quint64> lines()
    {
        QList<quint64> out;
        for (qint64 row = 0; row < feed().rows(); ++row)
            out.append(feed().lineAt(row));
        return out;
    }

    void open(quint64 lines, FakeSession::LogText text = lineText)
    {
        session->put(serviceNamed(service));
        session->setLog(service, lines, std::move(text));
        pane->open(service);
        run();
    }

    void press(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&view(), static_cast<Qt::Key>(key), modifiers); }
};

} // namespace turnspit::test
