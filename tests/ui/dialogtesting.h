#pragma once

#include "hostfixture.h"

#include <ui/edit/servicedialog.h>

#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>

namespace turnspit::test {

/// A dialog over a host in memory.
class DialogFixture : public HostFixture
{
public:
    ~DialogFixture() { delete dialog; }

    void open(const ServiceDialog::Draft& draft = {})
    {
        delete dialog;
        dialog = new ServiceDialog(*session, draft);
        dialog->open();
        settle();
    }

    /// The service with this text is there; opens it.
    void openService(const QString& name, const QString& text)
    {
        session->setText(name, text);
        ServiceDialog::Draft draft;
        draft.original = draft.name = name;
        draft.text = text;
        draft.names = QStringList{name};
        open(draft);
    }

    void settle(std::chrono::nanoseconds time = std::chrono::nanoseconds(0))
    {
        clock.advance(time);
        for (int i = 0; i < 12; ++i) {
            clock.advance(std::chrono::nanoseconds(0));
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    }

    /// The pause after the last key has passed.
    void look() { settle(std::chrono::milliseconds(150)); }

    template <class T>
    T& part(const QString& name)
    {
        T* const found = dialog->findChild<T*>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return *found;
    }
    template <class T>
    T& part(const char* name)
    {
        return part<T>(QString::fromLatin1(name));
    }

    void type(const char* edit, const QString& text)
    {
        part<QLineEdit>(edit).setText(text);
        look();
    }
    void click(const char* button)
    {
        part<QAbstractButton>(button).click();
        settle();
    }
    QString label(const char* name) { return part<QLabel>(name).text(); }

    [[nodiscard]] QJsonObject lastCall(const char* name) const
    {
        QJsonObject params;
        for (const FakeSession::Call& call : session->calls()) {
            if (call.name == QLatin1StringView(name))
                params = call.params;
        }
        return params;
    }

    QPointer<ServiceDialog> dialog;
};

} // namespace turnspit::test
